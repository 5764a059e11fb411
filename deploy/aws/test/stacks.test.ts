// One process for all, because reading the library takes seconds.
import './public.spec.js';
import './transit.spec.js';
import './kept.spec.js';
import './rights.spec.js';
import './secrets.spec.js';
import './tasks.spec.js';
import './alarms.spec.js';
import './costs.spec.js';
import './settings.spec.js';
import './schemas.spec.js';
