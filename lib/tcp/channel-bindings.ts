import { createHash } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { ChannelBinding } from '../xmpp/transport.ts';
import { hashOfCertificate } from './certificate-hash.ts';

/** @spec RFC 9266 §2 */
const EXPORTER = { label: 'EXPORTER-Channel-Binding', bytes: 32 } as const;

/**
 * How a login can be tied to this connection of ours, the strongest first. The exporter is for TLS 1.3
 * only: older versions would have to have agreed on an extended master secret, which Node does not tell.
 */
export function channelBindingsOf(socket: TLSSocket): ChannelBinding[] {
  return [...exporterOf(socket), ...endPointOf(socket), ...uniqueOf(socket)];
}

/** @spec RFC 9266 §2 */
function exporterOf(socket: TLSSocket): ChannelBinding[] {
  if (socket.getProtocol() !== 'TLSv1.3') return [];
  const data = socket.exportKeyingMaterial(EXPORTER.bytes, EXPORTER.label, Buffer.alloc(0));
  return [{ type: 'tls-exporter', data }];
}

/** @spec RFC 5929 §4.1 */
function endPointOf(socket: TLSSocket): ChannelBinding[] {
  const certificate = socket.getX509Certificate()?.raw;
  const hash = certificate && hashOfCertificate(certificate);
  if (!hash) return [];
  return [{ type: 'tls-server-end-point', data: createHash(hash).update(certificate).digest() }];
}

/**
 * The first Finished message. It is defined for TLS 1.2 and before, where it is weaker than the others;
 * slixmpp 1.8 takes it in TLS 1.3, too, and knows no other.
 *
 * @spec RFC 5929 §3.1
 */
function uniqueOf(socket: TLSSocket): ChannelBinding[] {
  const data = socket.isSessionReused() ? socket.getFinished() : socket.getPeerFinished();
  return data ? [{ type: 'tls-unique', data, isHidden: true }] : [];
}
