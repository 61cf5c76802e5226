import { ACKNOWLEDGES_EVERY, FrameLine } from './lines/frame-line.ts';
import { BoshLine } from './lines/bosh-line.ts';
import { PollingLine } from './lines/polling-line.ts';
import { TcpLine } from './lines/tcp-line.ts';
import { WebSocketLine } from './lines/websocket-line.ts';
import type { LineFactory } from './session.ts';
import { POLLING } from './server-config.ts';
import { held, heldSeveral, polled, pushed, pushedAndAcknowledged, type Ideal, type Situation } from './theory.ts';
import { addressOf } from './wire/address.ts';
import type { HttpClient } from './wire/http.ts';
import { Http1Client } from './wire/http1-client.ts';
import { Http2Client } from './wire/http2-client.ts';

/** Where clients find the server: through the weather, or directly. */
export interface Place {
  readonly httpUrl: string;
  /** Undefined without TLS. */
  readonly httpsUrl?: string | undefined;
  readonly tcpUrl: string;
  readonly domain: string;
}

/** A technique of the comparison. */
export interface Transport {
  readonly label: string;
  /** The documents that describe it. */
  readonly spec: string;
  /** How messages come to the client. */
  readonly kind: 'pushed' | 'held' | 'polled';
  /** Whether the client sends by requests. */
  readonly hasPosts: boolean;
  /** Round trips from nothing to a bound resource, connections included. */
  readonly roundTrips: number;
  /** Whether it needs TLS. */
  readonly isSecure?: boolean;
  readonly connect: (place: Place) => LineFactory;
  /** What it costs when only the network takes time. */
  readonly ideal: (situation: Situation, chance: () => number) => Ideal;
}

const POLL_EVERY = POLLING * 1000;

type Open = (place: Place) => HttpClient;
const overHttp1: Open = ({ httpUrl }) => new Http1Client(addressOf(httpUrl));
const overHttp2: Open = ({ httpsUrl = '' }) => new Http2Client(httpsUrl);

function bosh(hold: number, open = overHttp1): Transport['connect'] {
  return (place) => (owner) =>
    new BoshLine({ http: open(place), path: '/http-bind', domain: place.domain, hold, pollEvery: POLL_EVERY }, owner);
}

function frames(reading: 'events' | 'stream' | 'poll', open = overHttp1): Transport['connect'] {
  return (place) => (owner) =>
    new FrameLine({ http: open(place), path: '/xmpp/v1/sessions', domain: place.domain, reading }, owner);
}

function polling(open = overHttp1): Transport['connect'] {
  return (place) => (owner) =>
    new PollingLine({ http: open(place), path: '/http-poll', domain: place.domain, pollEvery: POLL_EVERY }, owner);
}

/** The same over HTTP/2 with TLS, whose handshake is one more round trip; one connection is enough for everything. */
function secured(transport: Transport, connect: Transport['connect']): Transport {
  const roundTrips = transport.spec === FRAMES.spec ? transport.roundTrips : transport.roundTrips + 1;
  return { ...transport, isSecure: true, label: `${transport.label}, HTTP/2`, connect, roundTrips };
}

const BOSH = { spec: 'XEP-0124', hasPosts: true, roundTrips: 5 } as const;
/** One connection for the session and for reading, and another one to send. */
const FRAMES = { spec: 'frame sessions', hasPosts: true, roundTrips: 7 } as const;
const acknowledged: Transport['ideal'] = (situation) => pushedAndAcknowledged(situation, ACKNOWLEDGES_EVERY);

const PLAIN = {
  tcp: {
    label: 'TCP',
    spec: 'RFC 6120',
    kind: 'pushed',
    hasPosts: false,
    roundTrips: 5,
    connect:
      ({ tcpUrl, domain }) =>
      (owner) =>
        new TcpLine({ url: tcpUrl, domain }, owner),
    ideal: pushed,
  },
  websocket: {
    label: 'WebSocket',
    spec: 'RFC 7395',
    kind: 'pushed',
    hasPosts: false,
    roundTrips: 6,
    connect:
      ({ httpUrl, domain }) =>
      (owner) =>
        new WebSocketLine({ url: `${httpUrl.replace(/^http/, 'ws')}/xmpp-websocket`, domain }, owner),
    ideal: pushed,
  },
  sse: {
    label: 'SSE + POST',
    ...FRAMES,
    kind: 'pushed',
    connect: frames('events'),
    ideal: acknowledged,
  },
  stream: {
    label: 'HTTP stream + POST',
    ...FRAMES,
    kind: 'pushed',
    connect: frames('stream'),
    ideal: acknowledged,
  },
  'bosh-2': {
    label: 'BOSH hold=2',
    ...BOSH,
    kind: 'held',
    connect: bosh(2),
    ideal: (situation, chance) => heldSeveral({ ...situation, hold: 2 }, chance),
  },
  bosh: { label: 'BOSH hold=1', ...BOSH, kind: 'held', connect: bosh(1), ideal: held },
  'long-poll': { label: 'long-polling', ...FRAMES, kind: 'held', connect: frames('poll'), ideal: held },
  'bosh-polling': {
    label: 'BOSH polling',
    ...BOSH,
    kind: 'polled',
    connect: bosh(0),
    ideal: (situation) => polled(situation, POLL_EVERY + situation.up + situation.down),
  },
  'xep-0025': {
    label: 'XEP-0025',
    spec: 'XEP-0025',
    kind: 'polled',
    hasPosts: true,
    roundTrips: 5,
    connect: polling(),
    ideal: (situation) => polled(situation, POLL_EVERY),
  },
} as const satisfies Record<string, Transport>;

const SECURED = {
  'sse-h2': secured(PLAIN.sse, frames('events', overHttp2)),
  'stream-h2': secured(PLAIN.stream, frames('stream', overHttp2)),
  'bosh-2-h2': secured(PLAIN['bosh-2'], bosh(2, overHttp2)),
  'bosh-h2': secured(PLAIN.bosh, bosh(1, overHttp2)),
  'long-poll-h2': secured(PLAIN['long-poll'], frames('poll', overHttp2)),
  'bosh-polling-h2': secured(PLAIN['bosh-polling'], bosh(0, overHttp2)),
  'xep-0025-h2': secured(PLAIN['xep-0025'], polling(overHttp2)),
} as const satisfies Record<string, Transport>;

export type TransportKey = keyof typeof PLAIN | keyof typeof SECURED;
export const TRANSPORTS: Readonly<Record<TransportKey, Transport>> = { ...PLAIN, ...SECURED };
// The keys of constants.
export const TRANSPORT_KEYS = Object.keys(PLAIN) as readonly (keyof typeof PLAIN)[];
export const HTTP2_KEYS = Object.keys(SECURED) as readonly (keyof typeof SECURED)[];
