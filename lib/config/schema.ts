import { z } from 'zod';
import { MECHANISMS, type MechanismName } from '../xmpp/sasl/mechanisms.ts';
import { account, domain, listener, network, origin, path, secret, uri } from './formats.ts';
import { login } from './login-schema.ts';
import { httpPoll } from './polling-schema.ts';
import { prebind } from './prebind-schema.ts';
import { rooms } from './rooms-schema.ts';
import { components, tcp, tls } from './tcp-schema.ts';
import { duration, size, wholeSeconds } from './units.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const KIB = 1024;
const MIB = 1024 * KIB;

const CONTACT_ROLES = ['abuse', 'admin', 'feedback', 'sales', 'security', 'status', 'support'] as const;

const host = z
  .strictObject({
    anonymous: z.boolean().default(false).describe('Clients log in without an account (SASL ANONYMOUS), and only so.'),
    conflict: z
      .enum(['replace', 'refuse', 'rename'])
      .default('rename')
      .describe(
        'What happens when a client asks for a resource that is taken: the older session ends, the newer is refused, or it gets another name. (RFC 6120 §7.7.2.2)',
      ),
    registration: z
      .enum(['off', 'invite', 'open'])
      .default('off')
      .describe('Who may make an account with a client: nobody, whoever has an invitation, or everybody. (XEP-0077)'),
    max_resources: z.int().min(1).max(1000).default(10).describe('Resources one account may have connected at a time.'),
    admins: z
      .array(account)
      .default([])
      .describe(
        'Accounts of this server whose users administer this domain with a chat client. Who is here for every domain also stops and restarts the server. (XEP-0133)',
      ),
    rooms: z
      .union([z.literal(''), domain])
      .default('')
      .describe('Domain of the rooms; empty for "rooms." before this domain. (XEP-0045)'),
    contacts: z
      .partialRecord(z.enum(CONTACT_ROLES), z.array(uri))
      .default({})
      .describe('Addresses (URIs) for people who need help, by role. (XEP-0157)'),
    login: login.prefault({}).describe('Who knows the passwords.'),
  })
  .describe('One served domain.');

const http = z.strictObject({
  listen: z
    .array(listener)
    .min(1)
    .default(['127.0.0.1:5280'])
    .describe('Where to listen without TLS, as host:port. Port 0 takes any free one. (XEP-0124 §20)'),
  listen_tls: z.array(listener).default([]).describe('Where to listen with TLS; needs http.tls.'),
  tls: tls.optional().describe('The certificate. It is read again when its files change and on SIGHUP.'),
  http2: z
    .boolean()
    .default(true)
    .describe('Speak HTTP/2 where there is TLS, with clients that can. (RFC 9113, RFC 8441)'),
  trusted_proxies: z
    .array(network)
    .default([])
    .describe('Addresses and CIDR ranges of reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed.'),
  cors_origins: z
    .union([z.literal('*'), z.array(origin)], { error: 'expected "*" or a list of origins' })
    .default('*')
    .describe('Origins whose pages may use the endpoints, WebSocket included.'),
  public_url: z
    .union([z.literal(''), z.url({ protocol: /^https$/ })])
    .default('')
    .describe(
      'Where clients reach this server, for /.well-known/host-meta and the addresses of uploads: "https://chat.example.com"; empty for the host they ask, and for the first listener. (XEP-0156)',
    ),
});

const bosh = z.strictObject({
  path: path.default('/http-bind').describe('Path of the endpoint.'),
  aliases: z.array(path).default(['/bosh']).describe('Other paths of the same endpoint.'),
  max_wait: wholeSeconds({ min: 0, max: 300 * SECOND })
    .prefault('50 s')
    .describe('Longest time a request is held. Below the 60 s after which common proxies give up. (XEP-0124 §7.2)'),
  max_hold: z.int().min(0).max(5).default(1).describe('Requests held for one client at a time. (XEP-0124 §7.2)'),
  inactivity: wholeSeconds({ min: 0, max: HOUR })
    .prefault('60 s')
    .describe('Silence after which a session ends; 0 for never. (XEP-0124 §10)'),
  polling_inactivity: wholeSeconds({ min: 0, max: HOUR })
    .prefault('2 min')
    .describe('The same for clients that poll. (XEP-0124 §12)'),
  polling: wholeSeconds({ min: 0, max: 60 * SECOND })
    .prefault('5 s')
    .describe('Shortest interval between empty requests; 0 for any. (XEP-0124 §11)'),
  max_pause: wholeSeconds({ min: 0, max: HOUR })
    .prefault('2 min')
    .describe('Longest pause a client may take; 0 for none. (XEP-0124 §10)'),
  max_body: size({ min: KIB, max: 64 * MIB })
    .prefault('256 KiB')
    .describe('Largest request body.'),
  max_body_unauthenticated: size({ min: KIB, max: 64 * MIB })
    .prefault('16 KiB')
    .describe('The same before login.'),
  max_streams: z
    .int()
    .min(1)
    .max(16)
    .default(4)
    .describe('XML streams that one session may carry at once; 1 for no more than the first. (XEP-0124 §16)'),
  see_other_uri: z
    .union([z.literal(''), z.url({ protocol: /^https$/ })])
    .default('')
    .describe('Where clients are sent that open a session without TLS; empty to serve them. (XEP-0124 §17.2)'),
  script_syntax: z
    .boolean()
    .default(false)
    .describe(
      'Serve clients that can only load scripts, over TLS and on this machine. Read about its risks. (XEP-0252)',
    ),
  retired_domains: z
    .array(z.string().min(1))
    .default([])
    .describe('Domains that were served here once: their clients hear host-gone. (XEP-0124 §17.2)'),
  ack: z.boolean().default(true).describe('Acknowledge requests. (XEP-0124 §9.1)'),
  strict: z
    .boolean()
    .default(false)
    .describe('Judge overactivity to the letter instead of tolerating what real clients do. (XEP-0124 §11)'),
});

const websocket = z.strictObject({
  enabled: z.boolean().default(true).describe('Whether there is a WebSocket endpoint. (RFC 7395)'),
  path: path.default('/xmpp-websocket').describe('Path of the endpoint.'),
  aliases: z.array(path).default(['/ws']).describe('Other paths of the same endpoint.'),
  max_message: size({ min: KIB, max: 64 * MIB })
    .prefault('256 KiB')
    .describe('Largest message.'),
  max_message_unauthenticated: size({ min: KIB, max: 64 * MIB })
    .prefault('16 KiB')
    .describe('The same before login.'),
  ping: duration({ min: SECOND, max: HOUR })
    .prefault('30 s')
    .describe('Silence after which a client is asked for a sign of life; the third time it counts as gone.'),
  compression: z.boolean().default(false).describe('Offer permessage-deflate. (RFC 7692)'),
  strict: z
    .boolean()
    .default(false)
    .describe('Refuse stanzas without a namespace, which old clients send. (RFC 7395 §3.3.3)'),
  see_other_uri: z
    .union([z.literal(''), z.url({ protocol: /^(?:wss?|https?)$/ })])
    .default('')
    .describe('Where clients are sent when this server stops; empty for nowhere. (RFC 7395 §3.6.1)'),
});

const frameSessions = z.strictObject({
  enabled: z.boolean().default(true).describe('Whether there is an endpoint for them.'),
  path: path.default('/xmpp/v1/sessions').describe('Path of the endpoint.'),
  max_body: size({ min: KIB, max: 64 * MIB })
    .prefault('256 KiB')
    .describe('Largest request body, and largest frame.'),
});

const streamManagement = z.strictObject({
  resumption: duration({ min: 0, max: 24 * HOUR })
    .prefault('5 min')
    .describe('How long a session waits for a client that lost its connection; 0 for not at all. (XEP-0198 §5)'),
  max_away: z.int().min(0).default(10_000).describe('Sessions that may wait so at a time.'),
  announce_over_bosh: z
    .boolean()
    .default(false)
    .describe('Announce it over BOSH, too, where it is accepted anyway: BOSH has acknowledgements of its own.'),
  handover: z.boolean().default(true).describe('Let clients move their session with a token instead of a login.'),
});

const auth = z.strictObject({
  mechanisms: z
    .array(z.enum(MECHANISMS as [MechanismName, ...MechanismName[]]))
    .min(1)
    .default(MECHANISMS.filter((name) => name !== 'ANONYMOUS'))
    .describe(
      'SASL mechanisms on offer. PLAIN is, over TLS and on this machine only; those with -PLUS are, over TCP with TLS, because they bind the login to the connection. (RFC 5802)',
    ),
  plain_without_tls: z.boolean().default(false).describe('Offer PLAIN also where others could read along.'),
  iterations: z
    .int()
    .min(4096)
    .max(1_000_000)
    .default(10_000)
    .describe('PBKDF2 rounds for new passwords; clients refuse fewer than 4096. (RFC 7677 §4)'),
  timeout: duration({ min: SECOND, max: 10 * MINUTE })
    .prefault('30 s')
    .describe('Time to log in.'),
  max_failures_per_account: z
    .int()
    .min(0)
    .default(20)
    .describe('Failed logins of one account within the window; 0 for any number.'),
  max_failures_per_address: z
    .int()
    .min(0)
    .default(200)
    .describe('Failed logins from one address within the window; 0 for any number.'),
  failure_window: duration({ min: SECOND, max: 24 * HOUR })
    .prefault('5 min')
    .describe('Length of that window.'),
  fast: z
    .strictObject({
      lifetime: duration({ min: 0, max: 365 * DAY })
        .prefault('21 d')
        .describe('How long the token of a client is good; 0 for no tokens. (XEP-0484)'),
      rotation: duration({ min: 0, max: 365 * DAY })
        .prefault('1 d')
        .describe('Age of a token at which the client gets a new one.'),
      clients: z.int().min(1).max(1000).default(50).describe('Clients of one account that may have tokens.'),
    })
    .prefault({}),
});

const registration = z.strictObject({
  attempts_per_address: z
    .int()
    .min(0)
    .default(20)
    .describe('Attempts to make an account from one address within the window; 0 for any number.'),
  attempt_window: duration({ min: SECOND, max: DAY }).prefault('1 h').describe('Length of that window.'),
  timeout: duration({ min: SECOND, max: HOUR }).prefault('10 min').describe('Time to fill in the form and log in.'),
  min_password: z
    .int()
    .min(1)
    .max(100)
    .default(8)
    .describe('Characters of the shortest password that users may choose.'),
  reserved_names: z
    .array(z.string().min(1))
    .default([
      'abuse',
      'admin',
      'administrator',
      'hostmaster',
      'info',
      'postmaster',
      'root',
      'security',
      'support',
      'webmaster',
    ])
    .describe('Names that nobody can register without an invitation for just that name.'),
  invitation_lifetime: duration({ min: MINUTE, max: 365 * DAY })
    .prefault('7 d')
    .describe('Time in which an invitation can be used. (XEP-0445)'),
  users_invite: z
    .boolean()
    .default(true)
    .describe(
      'Invitations of users let others make an account where registration is "invite"; without, others only become their contacts. (XEP-0401)',
    ),
});

const upload = z.strictObject({
  enabled: z.boolean().default(true).describe('Whether users may upload files. (XEP-0363)'),
  folder: z.string().min(1).default('./data/uploads').describe('Where the files are kept.'),
  max_size: size({ min: KIB, max: 100 * 1024 * MIB })
    .prefault('32 MiB')
    .describe('Size of one file.'),
  quota: size({ min: KIB, max: 1024 * 1024 * MIB })
    .prefault('1 GiB')
    .describe('Size of all files of one account.'),
  expire_after: duration({ min: 0, max: 36_500 * DAY })
    .prefault('30 d')
    .describe('Age at which files are removed; 0 for never.'),
  types: z.array(z.string().min(1)).min(1).default(['*/*']).describe('Media types that are taken, such as "image/*".'),
});

const storage = z.strictObject({
  driver: z.enum(['sqlite', 'memory']).default('sqlite').describe('Where accounts and messages are kept.'),
  file: z.string().min(1).default('./data/holdfast.db').describe('The SQLite file.'),
});

const archive = z.strictObject({
  enabled: z.boolean().default(true).describe('Keep what is said, for all clients of those who said it. (XEP-0313)'),
  policy: z
    .enum(['always', 'roster', 'never'])
    .default('always')
    .describe(
      "Whose messages are kept when a user did not say: everybody's, those of contacts, or nobody's. (XEP-0441)",
    ),
  expire_after: duration({ min: 0, max: 36_500 * DAY })
    .prefault('365 d')
    .describe('Age at which messages are removed; 0 for never.'),
  max_messages: z
    .int()
    .min(1)
    .default(1_000_000)
    .describe('Messages kept in one archive; once in an hour the oldest beyond that are removed.'),
});

const externalService = z
  .strictObject({
    type: z.string().regex(/^[A-Za-z][A-Za-z0-9._-]*$/, 'expected a type of service such as "turn"'),
    host: z.string().min(1),
    port: z.int().min(1).max(65_535).optional(),
    transport: z.enum(['udp', 'tcp']).optional(),
    name: z.string().min(1).optional(),
    secret: secret.optional(),
    lifetime: duration({ min: MINUTE, max: 30 * DAY }).prefault('1 d'),
    username: z.string().min(1).optional(),
    password: secret.optional(),
  })
  .refine(({ username, password }) => (username === undefined) === (password === undefined), {
    error: 'expected both username and password, or neither',
  })
  .refine(({ secret, username }) => secret === undefined || username === undefined, {
    error: 'expected a secret, or a username and password, not both',
  });

const externalServices = z.strictObject({
  services: z
    .array(externalService)
    .max(100)
    .default([])
    .describe(
      'Each with type ("stun", "turn", "turns" …) and host; port, transport (udp or tcp) and name if they matter. Users get a username and password of their own from a secret shared with the TURN server, good for lifetime ("1 d"); or all get the same username and password.',
    ),
});

const limits = z.strictObject({
  sessions_per_address: z
    .int()
    .min(0)
    .default(1000)
    .describe('BOSH sessions, and WebSocket and TCP connections, of one client address; 0 for any number.'),
  session_creations_per_minute: z
    .int()
    .min(0)
    .default(600)
    .describe('BOSH sessions, and WebSocket and TCP connections, one address may open in a minute; 0 for any number.'),
  roster_items: z.int().min(1).default(2000).describe('Contacts of one account.'),
  offline_messages: z.int().min(0).default(1000).describe('Messages kept for one account that is away. (XEP-0160)'),
  pep_nodes: z
    .int()
    .min(1)
    .default(200)
    .describe('Publish-subscribe nodes of one account, and elements of its private XML. (XEP-0163, XEP-0049)'),
  pep_items: z.int().min(1).default(1000).describe('Items of one node; the oldest make room.'),
  pep_item_size: size({ min: 1024, max: 16 * MIB })
    .prefault('192 KiB')
    .describe('Size of one item, vCard or element of private XML. More than the size of a BOSH body makes no sense.'),
  pep_subscriptions: z.int().min(0).default(1000).describe('Subscriptions to one node.'),
  pending_stanzas: z.int().min(1).default(1000).describe('Stanzas of one client that may wait for an earlier one.'),
});

const log = z.strictObject({
  level: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info').describe('What is logged.'),
  format: z
    .enum(['auto', 'json', 'text'])
    .default('auto')
    .describe('JSON lines, or lines for people; auto is text on a terminal.'),
});

/** The whole configuration, with the documentation of every option. */
export const schema = z.strictObject({
  hosts: z
    .record(domain, host.prefault({}))
    .refine((hosts) => Object.keys(hosts).length > 0, 'expected at least one domain')
    .describe('The domains served here.'),
  http: http.prefault({}).describe('Listeners.'),
  bosh: bosh.prefault({}).describe('The BOSH endpoint.'),
  websocket: websocket.prefault({}).describe('The WebSocket endpoint.'),
  frame_sessions: frameSessions
    .prefault({})
    .describe('Sessions over Server-Sent Events, HTTP streaming, long-polling and polling.'),
  http_poll: httpPoll.prefault({}).describe('Jabber HTTP Polling. (XEP-0025)'),
  tcp: tcp.prefault({}).describe('TCP connections. (RFC 6120)'),
  components: components.prefault({}).describe('Domains that other programs serve. (XEP-0114)'),
  stream_management: streamManagement.prefault({}).describe('Acknowledgements and resumption. (XEP-0198)'),
  auth: auth.prefault({}).describe('Login.'),
  prebind: prebind.prefault({}).describe('BOSH sessions that an application opens for its users.'),
  registration: registration.prefault({}).describe('Accounts that users make themselves.'),
  storage: storage.prefault({}).describe('The store.'),
  archive: archive.prefault({}).describe('Message archives.'),
  external_services: externalServices.prefault({}).describe('Services outside of XMPP, for calls. (XEP-0215)'),
  rooms: rooms.prefault({}).describe('Rooms for many.'),
  upload: upload.prefault({}).describe('Files that users share.'),
  limits: limits.prefault({}).describe('Limits.'),
  metrics: z
    .strictObject({
      allow: z
        .array(network)
        .default(['127.0.0.1', '::1'])
        .describe('Addresses and CIDR ranges that may read /metrics.'),
    })
    .prefault({})
    .describe('Prometheus metrics.'),
  pages: z
    .strictObject({
      home: z.boolean().default(true).describe('The page at / that says what runs here.'),
      chat: z.boolean().default(true).describe('The chat page at /chat: Converse.js, when it is installed.'),
      lab: z
        .boolean()
        .default(true)
        .describe('The page at /lab that shows the transports side by side, and moves a session between them.'),
      invite: z
        .boolean()
        .default(true)
        .describe('The page at /invite that says what to do with an invitation. (XEP-0379 §3.3)'),
    })
    .prefault({})
    .describe('Pages for people.'),
  admin: z
    .strictObject({
      socket: z.string().default('').describe('Unix socket for the command line; empty for one beside the store.'),
    })
    .prefault({})
    .describe('Administration.'),
  log: log.prefault({}).describe('Logging.'),
  shutdown: z
    .strictObject({
      drain: duration({ min: 0, max: 10 * MINUTE })
        .prefault('5 s')
        .describe('Time to say goodbye to clients and finish writing.'),
    })
    .prefault({})
    .describe('Stopping.'),
});

export type Config = z.output<typeof schema>;
/** A configuration as it is written: everything but `hosts` may be left out. */
export type ConfigInput = z.input<typeof schema>;
