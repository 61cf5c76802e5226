import { render } from 'preact';
import { App } from './app.tsx';
import { Lab } from './lab.ts';
import { readSettings } from './settings.ts';

render(<App lab={new Lab(readSettings())} />, document.body);
