import type { Element } from '../xml/index.ts';
import type { Jid } from './jid.ts';
import type { SaslAnswer, SaslAsk } from './sasl/mechanism.ts';
import type { MechanismName } from './sasl/mechanisms.ts';
import type { Sasl2Request } from './sasl/sasl2-request.ts';
import type { StanzaError } from './stanza-error.ts';
import type { StreamError } from './stream-error.ts';
import type { StreamHeader } from './transport.ts';

/** What a stream has to know of the domain it was opened to. */
export interface StreamHost {
  readonly domain: string;
  /** ANONYMOUS is on offer, and nothing else. */
  readonly anonymous: boolean;
  /** The only mechanisms that make sense here; undefined for all that the configuration allows. */
  readonly mechanisms: readonly MechanismName[] | undefined;
  /** Features for authenticated clients beside resource binding. */
  features(): readonly Element[];
  /** Features for all others beside the mechanisms. */
  featuresBeforeLogin(): readonly Element[];
  /** Whether this IQ of a client that has not authenticated is answered; others end the stream. */
  answersBeforeLogin(iq: Element): boolean;
  /** Features of SASL2: what a client may ask for while it authenticates. */
  inline(): readonly Element[];
}

/** What the stream wants to know. */
export type StreamAsk =
  | SaslAsk
  | { readonly about: 'bind'; readonly account: Jid; readonly resource: string | undefined }
  /** What the client wants with its authentication, all at once. @spec XEP-0388 §2.6.1 */
  | { readonly about: 'establish'; readonly account: Jid; readonly request: Sasl2Request }
  /** Whether the client may go on with a session that it had. @spec XEP-0198 §5 */
  | { readonly about: 'resume'; readonly account: Jid; readonly element: Element }
  /** Whether the client may go on with a session whose token it has, without login. */
  | { readonly about: 'handover'; readonly element: Element }
  /** What a client asks before it has authenticated. */
  | { readonly about: 'request'; readonly iq: Element };

/** What a client got with its authentication. */
export interface Established {
  readonly about: 'establish';
  /** The address of the session, unless there is none yet. */
  readonly bound: Jid | undefined;
  /** What the client is told of it. */
  readonly results: readonly Element[];
}

export type StreamAnswer =
  | SaslAnswer
  | Established
  | { readonly about: 'bind'; readonly bound: Jid | StanzaError }
  | { readonly about: 'resume'; readonly isResumed: boolean }
  /** The account of the session that the client goes on with. */
  | { readonly about: 'handover'; readonly account: Jid | undefined }
  | { readonly about: 'request'; readonly reply: Element };

export type StreamEffect =
  | { readonly do: 'open'; readonly header: StreamHeader }
  | { readonly do: 'send'; readonly element: Element }
  /** Find out; nothing that follows is looked at before `answer`. */
  | { readonly do: 'ask'; readonly ask: StreamAsk; readonly host: StreamHost }
  /** The client is who it says. */
  | { readonly do: 'authenticated'; readonly account: Jid }
  /** The credentials were wrong. */
  | { readonly do: 'failed'; readonly username: string }
  /** A stanza of a bound resource. */
  | { readonly do: 'deliver'; readonly element: Element }
  /** A stanza of a bound resource that the stream itself answers, with this one. */
  | { readonly do: 'reply'; readonly element: Element }
  /** An element of stream management. @spec XEP-0198 §1 */
  | { readonly do: 'manage'; readonly element: Element }
  /** TLS begins behind what was sent; the stream is over, and the client opens another one. */
  | { readonly do: 'start-tls' }
  | { readonly do: 'close'; readonly error: StreamError | undefined };
