import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import { render } from 'preact';
import { resume } from './api/access.js';
import { App } from './app.js';
import { inBackground } from './parts/background.js';

render(<App />, document.getElementById('app')!);
inBackground(resume());
