import type { TransportInfo } from '../xmpp/transport.ts';

/** One POST of XEP-0025 and its one answer. None of these throws. */
export interface PollingExchange {
  readonly origin: Omit<TransportInfo, 'name' | 'limits'>;
  /** Whether the client's connection is still there. */
  readonly isOpen: boolean;
  /** @param identifier that of the session, or an error @param body a stretch of the stream */
  answer(identifier: string, body: string): void;
  /** Set by who takes the exchange: the connection broke before the answer had left. */
  onLost: (() => void) | undefined;
}
