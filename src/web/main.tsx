/** The page begins here. */
import { render } from 'preact';
import { App } from './app.tsx';
import { drawLegibly } from './legible.ts';
import './style/ground.css';
import './style/timeline.css';
import './style/host.css';
import './style/panels.css';

drawLegibly();
const root = document.getElementById('page');
if (root !== null) render(<App />, root);
