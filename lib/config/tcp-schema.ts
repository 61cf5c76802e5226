import { z } from 'zod';
import { domain, listener, secret } from './formats.ts';
import { duration, size } from './units.ts';

const SECOND = 1000;
const HOUR = 3600 * SECOND;
const KIB = 1024;
const MIB = 1024 * KIB;

/** A certificate. */
export const tls = z.strictObject({
  cert: z.string().min(1).describe('File with the certificate and its chain, in PEM.'),
  key: z.string().min(1).describe('File with the private key, in PEM.'),
});

/** TCP connections. */
export const tcp = z.strictObject({
  listen: z
    .array(listener)
    .default([])
    .describe('Where to listen for TCP connections of clients: ["0.0.0.0:5222"]. (RFC 6120 §3)'),
  listen_tls: z
    .array(listener)
    .default([])
    .describe('The same with TLS from the first byte: ["0.0.0.0:5223"]; needs tcp.tls or http.tls. (XEP-0368)'),
  tls: tls
    .extend({
      client_ca: z
        .string()
        .min(1)
        .optional()
        .describe(
          'File with the certificates of authorities, in PEM: a client with a certificate from them is who that says, by id-on-xmppAddr. (SASL EXTERNAL, RFC 6120 §13.7.2.2)',
        ),
    })
    .optional()
    .describe('The certificate, when it is another than http.tls.'),
  require_tls: z
    .boolean()
    .default(true)
    .describe('Whether clients from other machines have to start TLS before they log in. (RFC 6120 §5.3.1)'),
  max_stanza: size({ min: 10 * KIB, max: 64 * MIB })
    .prefault('256 KiB')
    .describe('Largest stanza. (RFC 6120 §13.12)'),
  max_stanza_unauthenticated: size({ min: KIB, max: 64 * MIB })
    .prefault('16 KiB')
    .describe('The same before login.'),
  ping: duration({ min: SECOND, max: HOUR })
    .prefault('2 min')
    .describe('Silence after which a client is asked for a sign of life; the third time it counts as gone.'),
  see_other_host: z
    .string()
    .regex(/^$|^\S+$/, 'expected "host" or "host:port"')
    .default('')
    .describe(
      'Where clients are sent when this server stops, as host or host:port; empty for nowhere. (RFC 6120 §4.9.3.19)',
    ),
});

const component = z.strictObject({
  domain,
  secret,
  name: z.string().default(''),
});

/** Components. */
export const components = z.strictObject({
  services: z
    .array(component)
    .max(1000)
    .default([])
    .describe(
      'Each with the domain that it serves, the secret by which it is known, and a name for people. Who is above it in the tree of domains lists it.',
    ),
  listen: z
    .array(listener)
    .min(1)
    .default(['127.0.0.1:5347'])
    .describe('Where to listen for them once there are services. There is no TLS: others could read along.'),
  max_stanza: size({ min: 10 * KIB, max: 64 * MIB })
    .prefault('256 KiB')
    .describe('Largest stanza.'),
  patience: duration({ min: 0, max: 10 * 60 * SECOND })
    .prefault('10 s')
    .describe('How long stanzas wait for a component that is not connected; then their senders get an error.'),
  max_waiting: z.int().min(0).default(1000).describe('Stanzas that wait so for one component.'),
});
