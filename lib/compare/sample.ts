import { setTimeout as pause } from 'node:timers/promises';
import { GUESTS } from './server-config.ts';
import type { ServerProcess } from './server-process.ts';
import { Session } from './session.ts';
import { TRANSPORTS, type TransportKey } from './transports.ts';
import { WEATHERS } from './weather/weather.ts';
import { WeatherProxy } from './weather/proxy.ts';

/** What one side said before the other one spoke. */
export interface Utterance {
  readonly way: 'up' | 'down';
  /** One character for each byte, but for what is secret. */
  readonly text: string;
  /** How many bytes it was. */
  readonly size: number;
}

/** What the client does after a message follows at once; a poll after its interval. */
const AFTERWARDS_MS = 300;
const PATIENCE_MS = 10_000;
const MARK = 'Wherefore art thou';

/** The bytes of one message to a client, and what the client does then: as they are on the wire, but for secrets. */
export async function sampleOf(server: ServerProcess, transport: TransportKey): Promise<readonly Utterance[]> {
  const said: Utterance[] = [];
  let isOn = false;
  const tap = (way: Utterance['way'], bytes: Uint8Array): void => {
    const last = said.at(-1);
    const text = Buffer.from(bytes).toString('latin1');
    if (!isOn) return;
    if (last?.way === way) said.splice(-1, 1, { way, text: last.text + text, size: last.size + text.length });
    else said.push({ way, text, size: text.length });
  };
  const { addresses } = server;
  const open = (url: string): Promise<WeatherProxy> =>
    WeatherProxy.open({ port: Number(new URL(url).port), weather: WEATHERS.lan, tap });
  const [http, tcp] = await Promise.all([open(addresses.http), open(addresses.tcp)]);
  let isThere = false;
  const sessionOf = (key: TransportKey, place: { httpUrl: string; tcpUrl: string }): Session =>
    new Session(TRANSPORTS[key].connect({ ...place, domain: GUESTS }), {
      credentials: { is: 'anonymous' },
      managed: false,
      heard: (text) => (isThere ||= text.includes(MARK)),
      failed: (reason) => said.push({ way: 'down', text: reason, size: 0 }),
    });
  const near = { httpUrl: `http://127.0.0.1:${http.port}`, tcpUrl: `tcp://127.0.0.1:${tcp.port}` };
  const direct = { httpUrl: '', tcpUrl: addresses.tcp };
  const [receiver, sender] = [sessionOf(transport, near), sessionOf('tcp', direct)];
  try {
    await Promise.all([receiver.login(), sender.login()]);
    // What the login still has on its way is not of the sample.
    await pause(AFTERWARDS_MS);
    isOn = true;
    sender.send([`<message to='${receiver.jid}' type='chat'><body>${MARK}?</body></message>`]);
    for (let waited = 0; !isThere && waited < PATIENCE_MS; waited += AFTERWARDS_MS) await pause(AFTERWARDS_MS);
    return said.map((one) => ({ ...one, text: withoutSecrets(one.text) }));
  } finally {
    receiver.close();
    sender.close();
    await Promise.all([http.close(), tcp.close()]);
  }
}

function withoutSecrets(text: string): string {
  return text
    .replace(/(bearer )[^\r]+/gi, '$1…')
    .replace(/(sid=')[^']+/g, '$1…')
    .replace(/(ID=)[^;\r]+/g, '$1…')
    .replace(/(\/sessions\/)[^/ ]+/g, '$1…')
    .replace(/^[A-Za-z0-9:-]+;[^,<]*(?=,)/gm, '…;…');
}
