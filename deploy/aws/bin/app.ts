import { Deployment } from '../src/deployment.js';

new Deployment().synth();
