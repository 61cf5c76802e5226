import type { TLSSocket } from 'node:tls';

/** One name as Node writes it: its kind, and its value, which is a string of JSON when it has odd characters. */
const NAME = /([^:,"]+):(?:([^,"]*)|("(?:[^"\\]|\\.)*"))(?:, |$)/gy;
/** How Node writes id-on-xmppAddr. */
const PREFIX = 'XmppAddr:';
/** Node does not write others as they are in the certificate. */
const ASCII = /^[\x20-\x7e]+$/;

/**
 * The addresses that the client's certificate names, when it has one that is trusted.
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
  const values = others.map(([, , plain, quoted]) => plain ?? String(JSON.parse(quoted ?? '""')));
  const addresses = values.filter((value) => value.startsWith(PREFIX)).map((value) => value.slice(PREFIX.length));
  return addresses.filter((address) => ASCII.test(address));
}
