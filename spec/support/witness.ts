import type { HoldfastServer } from '../../lib/server.ts';
import type { Element } from '../../lib/xml/index.ts';
import { FrameClient } from './frame-client.ts';
import { PollingClient, START as POLLING_START } from './polling-client.ts';
import { RawSession } from './raw-session.ts';
import { loginManaged, TALKERS } from './talker.ts';
import { TcpClient } from './tcp-client.ts';

const SM = 'urn:xmpp:sm:3';
const ENABLE = `<enable xmlns='${SM}' resume='true'/>`;

/** Somebody who is logged in, and says how it ended: what stands in its place in the table of endings. */
export interface Witness {
  say(xml: string): void;
  /** Makes the session one that may go on elsewhere. */
  enable(): Promise<Resumable>;
  readonly told: Promise<string[]>;
  cut(): void;
}

/** What it takes to go on elsewhere. */
interface Resumable {
  readonly id: string;
  /** Stanzas that the client has. */
  readonly h: number;
}

type Watch = (server: HoldfastServer, name: string) => Promise<Witness>;

/** By column of the table, and there by transport. */
export const WITNESSES: Readonly<Record<string, Readonly<Record<string, Watch>>>> = {
  BOSH: { BOSH: overBosh },
  WebSocket: { WebSocket: overWebSocket },
  'frame sessions': Object.fromEntries(
    ['Server-Sent Events', 'HTTP streaming', 'long-polling', 'polling'].map((name) => [name, overFrames(name)]),
  ),
  'XEP-0025': { 'XEP-0025': overPolling },
  TCP: { TCP: overTcp },
};

/** The condition of a stream error in this text. */
export function conditionIn(text: string): string[] {
  return /<([\w-]+) xmlns="urn:ietf:params:xml:ns:xmpp-streams"/.exec(text)?.slice(1) ?? [];
}

async function overBosh({ boshUrl }: HoldfastServer, name: string): Promise<Witness> {
  const session = new RawSession(boshUrl);
  await session.open();
  await session.login(name, name);
  const { told, tell } = promised();
  const take = (body: Element): void => {
    const { type, condition = '' } = body.attrs;
    if (type === 'terminate' && condition !== 'other-request') tell([condition, ...conditionIn(body.toString())]);
  };
  const post = (xml = ''): void => void session.post(xml).then(take, ignore);
  return {
    say: post,
    enable: async () => enabledBy((await session.post(ENABLE)).toString()),
    get told() {
      post();
      return told;
    },
    cut: () => session.close(),
  };
}

async function overWebSocket({ webSocketUrl }: HoldfastServer, name: string): Promise<Witness> {
  const client = await (await FrameClient.connect(webSocketUrl)).login(name);
  return {
    say: (xml) => client.send(xml),
    async enable() {
      client.send(ENABLE);
      return enabledBy((await client.named('enabled')).toString());
    },
    get told() {
      return client.rest().then(async (messages) => [...conditionIn(messages.join('')), String(await client.closed)]);
    },
    cut: () => client.cut(),
  };
}

function overFrames(transport: string): Watch {
  return async (server, name) => {
    const talk = TALKERS[transport];
    if (!talk) throw new Error(`no such transport: ${transport}`);
    const talker = await talk(server);
    const id = await loginManaged(talker, name);
    return {
      say: (xml) => talker.say(xml),
      // Counting began before the presence came back.
      enable: () => Promise.resolve({ id, h: 1 }),
      told: talker.ended.then(conditionIn),
      cut: () => talker.cut(),
    };
  };
}

/** Asks as often as it can. */
async function overPolling({ urls }: HoldfastServer, name: string): Promise<Witness> {
  const client = new PollingClient(`${urls[0]}/http-poll`);
  const found = async (element: string): Promise<string> => {
    for (;;) {
      const said = client.elements.find((one) => one.name === element);
      if (said) return said.toString();
      await client.post();
    }
  };
  await client.post(POLLING_START);
  await client.post(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${credentials(name)}</auth>`);
  await found('success');
  await client.post(POLLING_START);
  await client.post("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>");
  await found('iq');
  const ending = async (): Promise<string[]> => {
    for (;;) {
      const { identifier, body } = await client.post();
      if (identifier.endsWith(':0')) return [identifier, ...conditionIn(body)];
    }
  };
  let said: Promise<string[] | undefined> = Promise.resolve(undefined);
  return {
    say: (xml) => {
      said = client.post(xml).then(({ identifier, body }) => {
        return identifier.endsWith(':0') ? [identifier, ...conditionIn(body)] : undefined;
      });
    },
    async enable() {
      await client.post(ENABLE);
      return enabledBy(await found('enabled'));
    },
    get told() {
      return said.then((answer) => answer ?? ending());
    },
    cut: ignore,
  };
}

async function overTcp({ tcp }: HoldfastServer, name: string): Promise<Witness> {
  const client = await TcpClient.connect(tcp.urls[0] ?? '');
  await client.login(name);
  return {
    say: (xml) => client.say(xml),
    async enable() {
      client.say(ENABLE);
      return enabledBy(await client.until(/<enabled [^>]*>/));
    },
    get told() {
      return client.rest().then(conditionIn);
    },
    cut: () => client.close(),
  };
}

function promised(): { readonly told: Promise<string[]>; readonly tell: (ending: string[]) => void } {
  let tell: (ending: string[]) => void = ignore;
  const told = new Promise<string[]>((resolve) => (tell = resolve));
  return { told, tell: (ending) => tell(ending) };
}

function credentials(name: string): string {
  return Buffer.from(`\0${name}\0${name}`).toString('base64');
}

function enabledBy(enabled: string): Resumable {
  return { id: /<enabled [^>]*\bid="([^"]*)"/.exec(enabled)?.[1] ?? '', h: 0 };
}

function ignore(): void {
  // Who is cut off hears nothing.
}
