/** Every namespace that the server speaks, with the document that defines it. */

/** RFC 6120 §4.8.2 */
export const NS_CLIENT = 'jabber:client';
/** RFC 6120 §4.8.2; refused from clients */
export const NS_SERVER = 'jabber:server';
/** RFC 6120 §4.8.1: the `stream:` prefix */
export const NS_STREAM = 'http://etherx.jabber.org/streams';
/** RFC 6120 §4.9.2: stream error conditions */
export const NS_STREAM_ERRORS = 'urn:ietf:params:xml:ns:xmpp-streams';
/** RFC 6120 §8.3.2: stanza error conditions */
export const NS_STANZA_ERRORS = 'urn:ietf:params:xml:ns:xmpp-stanzas';
/** RFC 6120 §5 */
export const NS_TLS = 'urn:ietf:params:xml:ns:xmpp-tls';
/** RFC 6120 §6 */
export const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
/** RFC 6120 §7 */
export const NS_BIND = 'urn:ietf:params:xml:ns:xmpp-bind';
/** RFC 3921 §3: answered, but never required */
export const NS_SESSION = 'urn:ietf:params:xml:ns:xmpp-session';
/** RFC 7395 §3.3.2 */
export const NS_FRAMING = 'urn:ietf:params:xml:ns:xmpp-framing';
/** XEP-0124 §6 */
export const NS_HTTPBIND = 'http://jabber.org/protocol/httpbind';
/** XEP-0206 §3 */
export const NS_XBOSH = 'urn:xmpp:xbosh';
/** RFC 6121 §2 */
export const NS_ROSTER = 'jabber:iq:roster';
/** RFC 6121 §2.6.1 */
export const NS_ROSTER_VERSIONING = 'urn:xmpp:features:rosterver';
/** RFC 6121 §3.4 */
export const NS_PRE_APPROVAL = 'urn:xmpp:features:pre-approval';
/** XEP-0004 */
export const NS_DATA = 'jabber:x:data';
/** XEP-0012 */
export const NS_LAST = 'jabber:iq:last';
/** XEP-0030 */
export const NS_DISCO_INFO = 'http://jabber.org/protocol/disco#info';
/** XEP-0030 */
export const NS_DISCO_ITEMS = 'http://jabber.org/protocol/disco#items';
/** XEP-0048 */
export const NS_BOOKMARKS_STORAGE = 'storage:bookmarks';
/** XEP-0049 */
export const NS_PRIVATE = 'jabber:iq:private';
/** XEP-0050 */
export const NS_COMMANDS = 'http://jabber.org/protocol/commands';
/** XEP-0054 */
export const NS_VCARD = 'vcard-temp';
/** XEP-0045 §16.1 */
export const NS_MUC = 'http://jabber.org/protocol/muc';
/** XEP-0045 §16.1 */
export const NS_MUC_ADMIN = 'http://jabber.org/protocol/muc#admin';
/** XEP-0045 §16.1 */
export const NS_MUC_OWNER = 'http://jabber.org/protocol/muc#owner';
/** XEP-0045 §16.1 */
export const NS_MUC_USER = 'http://jabber.org/protocol/muc#user';
/** XEP-0059 */
export const NS_RSM = 'http://jabber.org/protocol/rsm';
/** XEP-0060 */
export const NS_PUBSUB = 'http://jabber.org/protocol/pubsub';
/** XEP-0060 §7.1.3 */
export const NS_PUBSUB_ERRORS = 'http://jabber.org/protocol/pubsub#errors';
/** XEP-0060 §7.1.2.1 */
export const NS_PUBSUB_EVENT = 'http://jabber.org/protocol/pubsub#event';
/** XEP-0060 §8 */
export const NS_PUBSUB_OWNER = 'http://jabber.org/protocol/pubsub#owner';
/** XEP-0077 */
export const NS_REGISTER = 'jabber:iq:register';
/** XEP-0077 §8 */
export const NS_REGISTER_FEATURE = 'http://jabber.org/features/iq-register';
/** XEP-0084 §4.1 */
export const NS_AVATAR_DATA = 'urn:xmpp:avatar:data';
/** XEP-0084 §4.2 */
export const NS_AVATAR_METADATA = 'urn:xmpp:avatar:metadata';
/** XEP-0085 */
export const NS_CHAT_STATES = 'http://jabber.org/protocol/chatstates';
/** XEP-0092 */
export const NS_VERSION = 'jabber:iq:version';
/** XEP-0114 §3: what comes from components and goes to them */
export const NS_COMPONENT = 'jabber:component:accept';
/** XEP-0115 */
export const NS_CAPS = 'http://jabber.org/protocol/caps';
/** XEP-0122 */
export const NS_DATA_VALIDATE = 'http://jabber.org/protocol/xdata-validate';
/** XEP-0153 */
export const NS_VCARD_UPDATE = 'vcard-temp:x:update';
/** XEP-0160 */
export const NS_OFFLINE_FEATURE = 'msgoffline';
/** XEP-0184 */
export const NS_RECEIPTS = 'urn:xmpp:receipts';
/** XEP-0191 */
export const NS_BLOCKING = 'urn:xmpp:blocking';
/** XEP-0191 §3.3 */
export const NS_BLOCKING_ERRORS = 'urn:xmpp:blocking:errors';
/** XEP-0198 */
export const NS_SM = 'urn:xmpp:sm:3';
/** XEP-0199 */
export const NS_PING = 'urn:xmpp:ping';
/** XEP-0202 */
export const NS_TIME = 'urn:xmpp:time';
/** XEP-0203 */
export const NS_DELAY = 'urn:xmpp:delay';
/** XEP-0215 */
export const NS_EXTERNAL_SERVICES = 'urn:xmpp:extdisco:2';
/** XEP-0249 */
export const NS_INVITE = 'jabber:x:conference';
/** XEP-0280 */
export const NS_CARBONS = 'urn:xmpp:carbons:2';
/** XEP-0280 §6.2 */
export const NS_CARBONS_RULES = 'urn:xmpp:carbons:rules:0';
/** XEP-0297 */
export const NS_FORWARD = 'urn:xmpp:forward:0';
/** XEP-0317 */
export const NS_HATS = 'urn:xmpp:hats:0';
/** XEP-0313 */
export const NS_MAM = 'urn:xmpp:mam:2';
/** XEP-0333 */
export const NS_MARKERS = 'urn:xmpp:chat-markers:0';
/** XEP-0334 */
export const NS_HINTS = 'urn:xmpp:hints';
/** XEP-0352 */
export const NS_CSI = 'urn:xmpp:csi:0';
/** XEP-0357 */
export const NS_PUSH = 'urn:xmpp:push:0';
/** XEP-0359 */
export const NS_STANZA_ID = 'urn:xmpp:sid:0';
/** XEP-0373 */
export const NS_OPENPGP = 'urn:xmpp:openpgp:0';
/** XEP-0377 */
export const NS_REPORTING = 'urn:xmpp:reporting:1';
/** XEP-0380 */
export const NS_ENCRYPTION = 'urn:xmpp:eme:0';
/** XEP-0379 */
export const NS_PREAUTH = 'urn:xmpp:pars:0';
/** XEP-0384, before version 0.4 */
export const NS_OMEMO_AXOLOTL = 'eu.siacs.conversations.axolotl';
/** XEP-0384 */
export const NS_OMEMO = 'urn:xmpp:omemo:2';
/** XEP-0421 */
export const NS_OCCUPANT_ID = 'urn:xmpp:occupant-id:0';
/** XEP-0424 */
export const NS_RETRACT = 'urn:xmpp:message-retract:1';
/** XEP-0425 */
export const NS_MODERATE = 'urn:xmpp:message-moderate:1';
/** XEP-0444 */
export const NS_REACTIONS = 'urn:xmpp:reactions:0';
/** XEP-0386 */
export const NS_BIND2 = 'urn:xmpp:bind:0';
/** XEP-0388 */
export const NS_SASL2 = 'urn:xmpp:sasl:2';
/** XEP-0398 */
export const NS_PEP_VCARD_CONVERSION = 'urn:xmpp:pep-vcard-conversion:0';
/** XEP-0402 */
export const NS_BOOKMARKS = 'urn:xmpp:bookmarks:1';
/** XEP-0411 */
export const NS_BOOKMARKS_CONVERSION = 'urn:xmpp:bookmarks-conversion:0';
/** XEP-0440 */
export const NS_CHANNEL_BINDING = 'urn:xmpp:sasl-cb:0';
/** XEP-0433 */
export const NS_CHANNEL_SEARCH = 'urn:xmpp:channel-search:0:search';
/** What XEP-0433 was made from */
export const NS_MUCLUMBUS = 'https://xmlns.zombofant.net/muclumbus/search/1.0';
/** XEP-0445 */
export const NS_IBR_TOKEN = 'urn:xmpp:ibr-token:0';
/** XEP-0363 */
export const NS_UPLOAD = 'urn:xmpp:http:upload:0';
/** XEP-0363 §5 */
export const NS_UPLOAD_PURPOSE = 'urn:xmpp:http:upload:purpose:0';
/** XEP-0478 */
export const NS_STREAM_LIMITS = 'urn:xmpp:stream-limits:0';
/** XEP-0484 */
export const NS_FAST = 'urn:xmpp:fast:0';
/** Ours: docs/reference/protocol.md */
export const NS_HANDOVER = 'urn:holdfast:handover:0';
