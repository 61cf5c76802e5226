import { ACKNOWLEDGES_EVERY, FrameLine } from './lines/frame-line.ts';
import { BoshLine } from './lines/bosh-line.ts';
import { PollingLine } from './lines/polling-line.ts';
import { TcpLine } from './lines/tcp-line.ts';
import { WebSocketLine } from './lines/websocket-line.ts';
import type { LineFactory } from './session.ts';
import { POLLING } from './server-process.ts';
import { held, heldSeveral, polled, pushed, pushedAndAcknowledged, type Ideal, type Situation } from './theory.ts';
import { addressOf } from './wire/address.ts';
import { Http1Client } from './wire/http1-client.ts';

/** Where clients find the server: through the weather, or directly. */
export interface Place {
  readonly httpUrl: string;
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
  readonly connect: (place: Place) => LineFactory;
  /** What it costs when only the network takes time. */
  readonly ideal: (situation: Situation, chance: () => number) => Ideal;
}

const POLL_EVERY = POLLING * 1000;

function bosh(hold: number): Transport['connect'] {
  return ({ httpUrl, domain }) =>
    (owner) =>
      new BoshLine({ http: httpOf(httpUrl), path: '/http-bind', domain, hold, pollEvery: POLL_EVERY }, owner);
}

function frames(reading: 'events' | 'stream' | 'poll'): Transport['connect'] {
  return ({ httpUrl, domain }) =>
    (owner) =>
      new FrameLine({ http: httpOf(httpUrl), path: '/xmpp/v1/sessions', domain, reading }, owner);
}

function httpOf(url: string): Http1Client {
  return new Http1Client(addressOf(url));
}

const BOSH = { spec: 'XEP-0124', hasPosts: true, roundTrips: 5 } as const;
/** One connection for the session and for reading, and another one to send. */
const FRAMES = { spec: 'frame sessions', hasPosts: true, roundTrips: 7 } as const;
const acknowledged: Transport['ideal'] = (situation) => pushedAndAcknowledged(situation, ACKNOWLEDGES_EVERY);

export const TRANSPORTS = {
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
    ideal: (situation) => polled(situation, POLL_EVERY),
  },
  'xep-0025': {
    label: 'XEP-0025',
    spec: 'XEP-0025',
    kind: 'polled',
    hasPosts: true,
    roundTrips: 5,
    connect:
      ({ httpUrl, domain }) =>
      (owner) =>
        new PollingLine({ http: httpOf(httpUrl), path: '/http-poll', domain, pollEvery: POLL_EVERY }, owner),
    ideal: (situation) => polled(situation, POLL_EVERY),
  },
} as const satisfies Record<string, Transport>;

export type TransportKey = keyof typeof TRANSPORTS;
export const TRANSPORT_KEYS = Object.keys(TRANSPORTS) as readonly TransportKey[]; // the keys of a constant
