import { useEffect, useState } from 'preact/hooks';
import { Controls } from './controls.tsx';
import { DistributionPlot } from './distribution-plot.tsx';
import { Explain } from './explain.tsx';
import type { Lab } from './lab.ts';
import { LaneTable } from './lane-table.tsx';
import { LatencyPlot } from './latency-plot.tsx';
import { Login } from './login.tsx';
import { Moving } from './moving.tsx';
import { SavedReport } from './saved-report.tsx';
import { ThemeButton, useTheme } from './theme.tsx';
import { Timeline } from './timeline.tsx';

/** Milliseconds between two looks at the figures. */
const LOOK = 250;

export function App({ lab }: { readonly lab: Lab }) {
  const [isStarted, setStarted] = useState(false);
  const [theme, setTheme] = useTheme();
  const [, look] = useState(0);
  useEffect(() => {
    if (lab.settings.guestDomain !== undefined) {
      lab.start();
      setStarted(true);
    }
    const timer = setInterval(() => look((count) => count + 1), LOOK);
    const leave = (): void => lab.stop();
    addEventListener('pagehide', leave);
    return () => {
      clearInterval(timer);
      removeEventListener('pagehide', leave);
    };
  }, []);
  return (
    <main>
      <header>
        <div>
          <h1>
            Transport lab <span class="version">Holdfast {lab.settings.version}</span>
          </h1>
          <p class="lead">The same messages over every transport, between this browser and this server.</p>
        </div>
        <nav>
          <a href="/">About this server</a>
          <ThemeButton theme={theme} onChange={setTheme} />
        </nav>
      </header>
      {isStarted ? <Bench lab={lab} theme={theme} /> : <Login lab={lab} onStart={() => setStarted(true)} />}
    </main>
  );
}

function Bench({ lab, theme }: { readonly lab: Lab; readonly theme: string }) {
  return (
    <>
      <Controls lab={lab} />
      <div class="bench">
        <LaneTable lab={lab} />
        <LatencyPlot lab={lab} theme={theme} />
        <DistributionPlot lab={lab} theme={theme} />
        <Timeline lab={lab} />
      </div>
      <Moving lab={lab} />
      <Explain lab={lab} />
      <SavedReport />
      <Notes lab={lab} />
    </>
  );
}

function Notes({ lab: { isShort, settings } }: { readonly lab: Lab }) {
  return (
    <section class="notes">
      <h2>What these figures are</h2>
      <ul>
        <li>
          Each session sends to itself, so that one clock measures, and a latency is the way to the server and back.
        </li>
        <li>
          Bytes are those of the bodies, as a page sees them, without the heads that the browser adds.{' '}
          <code>holdfast compare</code> counts everything, behind a network with weather that a page cannot make.
        </li>
        {isShort ? (
          <li>
            Over HTTP/1.1 a browser opens six connections to a server, and lets the rest wait. So not all transports run
            at once: start and stop them in the table. Over HTTP/2 there is room for all.
          </li>
        ) : null}
        {settings.sibling === undefined ? null : (
          <li>
            Over HTTP/1.1 a browser opens six connections to a server. That is why Server-Sent Events, streaming and
            long polling use this server’s other name, <code>{settings.sibling}</code>.
          </li>
        )}
        <li>A browser slows timers down in tabs that nobody sees: leave this one open.</li>
      </ul>
    </section>
  );
}
