import type { TLSSocket } from 'node:tls';

/** One name as Node writes it: its kind, and its value, which stands in quotes when it has odd characters. */
const NAME = /([^:,"]+):(?:([^,"]*)|"(?:[^"\\]|\\.)*")(?:, |$)/gy;
/** An id-on-xmppAddr. Node does not write what is not ASCII as it is in the certificate. */
const XMPP_ADDRESS = /^XmppAddr:([\x20-\x7e]+)$/;

/**
 * The addresses that the client's certificate names, when it has one that is trusted; but none with
 * characters that Node quotes.
 *
 * @spec RFC 6120 §13.7.1.4 §13.7.2.2
 */
export function certifiedAddresses(socket: TLSSocket): string[] {
  const names = socket.authorized ? socket.getPeerX509Certificate()?.subjectAltName : undefined;
  return names === undefined ? [] : addressesIn(names);
}

/** @param names the alternative names of a certificate, as Node writes them */
export function addressesIn(names: string): string[] {
  const others = Array.from(names.matchAll(NAME)).filter(([, kind]) => kind === 'othername');
  return others.flatMap(([, , value = '']) => XMPP_ADDRESS.exec(value)?.[1] ?? []);
}
