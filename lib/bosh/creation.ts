import type { StreamHeader } from '../xmpp/transport.ts';
import { NS_XBOSH } from '../xmpp/ns.ts';
import type { BodyAttributes } from './body.ts';
import type { Terms } from './negotiation.ts';

/** What a creation response tells beyond the terms. */
export interface CreationFacts {
  readonly sid: string;
  /** The name of the first stream. */
  readonly stream: string;
  /** The client asked the obsolete question whether the link behind us is secure. D-52 */
  readonly secure: boolean;
}

/**
 * The attributes that only the creation response has.
 *
 * @spec XEP-0124 §7.2 B-7.2-02 B-7.2-03 B-7.2-06 B-7.2-11 B-7.2-12 B-7.2-14 B-7.2-15
 * @spec XEP-0124 §16.2 B-16.2-01
 * @spec XEP-0206 §4 X-4-01 X-4-02 X-4-05
 */
export function creationAttributes(
  terms: Terms,
  facts: CreationFacts,
  header: StreamHeader,
  rid: number,
): BodyAttributes {
  return {
    sid: facts.sid,
    wait: terms.wait,
    requests: terms.requests,
    ver: terms.ver,
    polling: terms.polling > 0 ? terms.polling : undefined,
    inactivity: terms.inactivity > 0 ? terms.inactivity : undefined,
    hold: terms.hold,
    accept: terms.accept.length > 0 ? terms.accept.join(',') : undefined,
    charsets: terms.charsets.length > 0 ? terms.charsets.join(' ') : undefined,
    stream: terms.maxStreams > 1 ? facts.stream : undefined,
    maxpause: terms.maxPause > 0 ? terms.maxPause : undefined,
    ack: terms.acksRequests ? rid : undefined,
    from: header.from,
    secure: facts.secure ? 'true' : undefined,
    authid: header.id,
    'xml:lang': header.lang,
    'xmlns:xmpp': NS_XBOSH,
    'xmpp:version': header.version,
    'xmpp:restartlogic': 'true',
  };
}

/** The attributes with which a stream opens in a session that has one already. @spec XEP-0124 §16.3 B-16.3-04 */
export function openingAttributes(stream: string, header: StreamHeader): BodyAttributes {
  return {
    stream,
    from: header.from,
    authid: header.id,
    'xml:lang': header.lang,
    'xmlns:xmpp': NS_XBOSH,
    'xmpp:version': header.version,
  };
}
