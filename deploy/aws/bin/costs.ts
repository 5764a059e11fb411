import { costTable } from '../src/costs.js';

console.log(costTable());
