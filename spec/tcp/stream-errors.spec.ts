import { expect } from 'chai';
import type { HoldfastServer } from '../../lib/server.ts';
import { startServer } from '../support/running-server.ts';
import { START, TcpClient } from '../support/tcp-client.ts';

const SM = "xmlns='urn:xmpp:sm:3'";
const PING = "<iq type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>";

/** What ends a stream, and with which condition: before the header is answered, before login, and after it. */
const ERRORS: Readonly<Record<'opening' | 'opened' | 'bound', Readonly<Record<string, readonly [string, string]>>>> = {
  opening: {
    'a header of something else': [START.replace('<stream:stream', '<stream:open'), 'bad-format'],
    'a domain that is not served': [START.replace('localhost', 'far.example'), 'host-unknown'],
    'a header without an address': [START.replace("to='localhost'", ''), 'improper-addressing'],
    'the namespace of servers': [START.replace('jabber:client', 'jabber:server'), 'invalid-namespace'],
    'another protocol': ['GET / HTTP/1.1\r\n\r\n', 'not-well-formed'],
    'a document type': [`<!DOCTYPE x>${START}`, 'restricted-xml'],
    'another encoding': [START.replace("'1.0'", "'1.0' encoding='ISO-8859-1'"), 'unsupported-encoding'],
    'a version before 1.0': [START.replace("version='1.0' x", "version='0.9' x"), 'unsupported-version'],
  },
  opened: {
    'a stanza before login': ['<message/>', 'not-authorized'],
    'an element that is too large': [`<auth>${'x'.repeat(17_000)}`, 'policy-violation'],
    'an element of the stream itself': ['<stream:features/>', 'bad-format'],
  },
  bound: {
    'somebody else as the sender': ["<message from='bob@localhost'/>", 'invalid-from'],
    'a stanza for servers': ["<message xmlns='jabber:server'/>", 'invalid-namespace'],
    'tags that do not match': ['<message></iq>', 'not-well-formed'],
    'a comment': ['<!-- -->', 'restricted-xml'],
    'a processing instruction': ['<?php ?>', 'restricted-xml'],
    'what is no stanza': ['<letter/>', 'unsupported-stanza-type'],
    'a restart after binding': [START, 'policy-violation'],
    'a stanza that is too large': [`<message><body>${'x'.repeat(300_000)}`, 'policy-violation'],
    'more acknowledged than sent': [`<enable ${SM}/>${PING}<a ${SM} h='9'/>`, 'undefined-condition'],
  },
};

describe('RFC 6120 §4.9.3 over TCP', () => {
  let server: HoldfastServer;
  let client: TcpClient;

  beforeEach(async () => {
    const hosts = { localhost: { conflict: 'replace' as const } };
    server = await startServer(['alice', 'bob'], { hosts, tcp: { listen: ['127.0.0.1:0'] } });
    client = await TcpClient.connect(server.tcp.urls[0] ?? '');
  });

  afterEach(async () => {
    client.close();
    await server.close({ drain: 0 });
  });

  /** The rest of the stream: nothing comes behind the error, and the connection closes. */
  async function endsWith(condition: string): Promise<string> {
    const rest = await client.rest();
    const end = `<${condition} xmlns="urn:ietf:params:xml:ns:xmpp-streams"/>(?:<text [^>]*>[^<]*</text>)?`;
    expect(rest).to.match(
      new RegExp(`<stream:error [^>]*>${end}(?:<handled-count[^>]*/>)?</stream:error></stream:stream>$`),
    );
    return rest;
  }

  for (const [what, [text, condition]] of Object.entries(ERRORS.opening)) {
    it(`${condition}: ${what}, behind a header (§4.9.1.2)`, async () => {
      client.say(text);
      expect(await endsWith(condition)).to.match(/^<\?xml version='1\.0'\?><stream:stream [^>]*><stream:error /);
    });
  }

  for (const [what, [text, condition]] of Object.entries(ERRORS.opened)) {
    it(`${condition}: ${what}`, async () => {
      await client.opens();
      client.say(text);
      await endsWith(condition);
    });
  }

  for (const [what, [text, condition]] of Object.entries(ERRORS.bound)) {
    it(`${condition}: ${what}`, async () => {
      await client.login('alice');
      client.say(text);
      await endsWith(condition);
    });
  }

  it('unsupported-encoding: bytes that are not UTF-8', async () => {
    await client.login('alice');
    client.socket.write(Buffer.from([0x3c, 0x61, 0x3e, 0xc3, 0x28]));
    await endsWith('unsupported-encoding');
  });

  it('conflict: another client takes the resource', async () => {
    const jid = await client.login('alice');
    const other = await TcpClient.connect(server.tcp.urls[0] ?? '');
    expect(await other.login('alice', jid.split('/')[1])).to.equal(jid);
    await endsWith('conflict');
    other.close();
  });
});
