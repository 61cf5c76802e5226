import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { ScriptStream, toScript } from '../../lib/bosh/script-syntax.ts';
import { BoshWorld, wrapper, type FakeExchange } from '../support/bosh-world.ts';
import { message } from '../support/playbook.ts';
import { read } from '../support/read-xml.ts';

/** Runs a response as a browser would, and returns what the function was called with. */
function run(script: string): string {
  let got: unknown;
  runInNewContext(script, { _BOSH_: (body: unknown) => (got = body) });
  return String(got);
}

const creation = { rid: 1000, to: 'example.com', wait: 5, hold: 1, ver: '1.6' };

function scriptWorld(): { world: BoshWorld; get: (n: number, inner?: string, attributes?: object) => FakeExchange } {
  const world = new BoshWorld({ policy: { scriptSyntax: true, polling: 0 } });
  const answer = world.get(wrapper(creation))?.body ?? '';
  const sid = read(run(answer)).attrs['sid'] ?? '';
  world.sid = sid;
  const get = (n: number, inner = '', attributes = {}): FakeExchange =>
    world.get(wrapper({ rid: 1000 + n, sid, ...attributes }, inner)) ?? expect.fail('not served');
  return { world, get };
}

describe('XEP-0252 BOSH script syntax', () => {
  describe('§2.1 asking for it', () => {
    it('J-2.1-01 is off by default: the HTTP side answers 404', () => {
      expect(new BoshWorld().get(wrapper(creation))).to.equal(undefined);
    });

    it('J-4-01 is not served without TLS, but on this machine', () => {
      const world = new BoshWorld({ policy: { scriptSyntax: true } });
      expect(world.get(wrapper(creation), { secure: false })).to.equal(undefined);
      expect(world.get(wrapper(creation), { loopback: true })?.body).to.match(/^_BOSH_/);
    });

    it('J-2.1-02 the whole session is in it: a POST ends the session, in a script', () => {
      const { world } = scriptWorld();
      const answer = world.post(1, {}, '', { secure: true });
      expect(run(answer.body)).to.contain("condition='bad-request'");
      expect(world.manager.size).to.equal(0);
    });

    it('J-2.1-02 a session of POSTs takes no query', () => {
      const world = new BoshWorld({ policy: { scriptSyntax: true } });
      world.open({}, { secure: true });
      const answer = world.get(wrapper({ rid: 1001, sid: world.sid }));
      expect(answer?.body)
        .to.contain("condition='bad-request'")
        .and.to.match(/^<body/);
    });

    it('answers before there is a session are scripts, too', () => {
      const world = new BoshWorld({ policy: { scriptSyntax: true } });
      expect(run(world.get(wrapper({ ...creation, to: 'nowhere' }))?.body ?? '')).to.contain('host-unknown');
      expect(run(world.get('<body')?.body ?? '')).to.contain('bad-request');
      expect(run(world.get(wrapper({ rid: 1, sid: 'nobody' }))?.body ?? '')).to.contain('item-not-found');
    });

    it('a client without `ver` gets conditions: a script does not see HTTP statuses', () => {
      const world = new BoshWorld({ policy: { scriptSyntax: true } });
      expect(world.get(wrapper({ rid: 0, to: 'example.com' }))?.answer?.status).to.equal(200);
    });
  });

  describe('§2.2 requests', () => {
    it('J-2.2-01 takes a plus as a plus, and any octets as UTF-8', () => {
      const { world, get } = scriptWorld();
      get(1, message('m', '1 + 1 = 2 \u{1f600}'));
      expect(world.streams[0]?.received[0]?.toString()).to.contain('<body>1 + 1 = 2 \u{1f600}</body>');
    });

    it('J-2.2-03 a stanza in pieces is delivered once, whole', () => {
      const { world, get } = scriptWorld();
      const text = message('split', "a 'long' one");
      const pieces = [text.slice(0, 12), text.slice(12, 40), text.slice(40)];
      for (const [index, piece] of pieces.entries()) {
        expect(world.received()).to.deep.equal([]);
        get(index + 1, piece);
      }
      expect(world.received()).to.deep.equal(['split']);
      expect(world.streams[0]?.received[0]?.toString()).to.equal(read(text).toString());
    });

    it('J-2.2-03 pieces that overtake each other are put together in rid order', () => {
      const { world, get } = scriptWorld();
      const text = message('split');
      get(2, text.slice(20));
      get(1, text.slice(0, 20));
      expect(world.received()).to.deep.equal(['split']);
    });

    it('J-2.2-03 a copy of a request adds nothing', () => {
      const { world, get } = scriptWorld();
      get(1, "<message xmlns='jabber:client' id='a'>");
      get(1, "<message xmlns='jabber:client' id='a'>");
      get(2, '</message>');
      expect(world.received()).to.deep.equal(['a']);
    });

    it('X-2-03 stanzas without a namespace are in jabber:client', () => {
      const { world, get } = scriptWorld();
      get(1, "<message id='a'><body>hi</body></message>");
      expect(world.streams[0]?.received[0]?.getNS()).to.equal('jabber:client');
    });

    it('what breaks the stream ends the session', () => {
      for (const bad of ['</body>', '<!-- x -->', 'text', '<a></b>', '<message/></body><body>']) {
        const { world, get } = scriptWorld();
        expect(run(get(1, bad).body), bad).to.contain("condition='bad-request'");
        expect(world.manager.size).to.equal(0);
      }
    });

    it('an element larger than a body may be ends the session', () => {
      const stream = new ScriptStream(1000);
      expect(stream.read(`<a>${'x'.repeat(900)}`)).to.deep.equal([]);
      expect(stream.read('x'.repeat(200))).to.equal(undefined);
      expect(stream.read('')).to.equal(undefined);
    });

    it('payloads may come with the creation request', () => {
      const world = new BoshWorld({ policy: { scriptSyntax: true } });
      world.get(wrapper(creation, message('early')));
      expect(world.received()).to.deep.equal(['early']);
    });

    it('a wrapper is a wrapper with any quotation marks, and nothing may follow it', () => {
      const world = new BoshWorld({ policy: { scriptSyntax: true } });
      const ns = 'xmlns="http://jabber.org/protocol/httpbind"';
      expect(world.get(`<body ${ns} rid="1" to="example.com" from="a>b@example.com"/>`)?.body).to.contain(' sid=');
      expect(
        world.get(`<b:body xmlns:b="http://jabber.org/protocol/httpbind" rid="1" to="example.com"></b:body>`)?.body,
      ).to.contain(' sid=');
      expect(world.get(`<body ${ns} rid="1" to="example.com"/><x/>`)?.body).to.contain('bad-request');
    });

    it('a query that is not UTF-8 is a bad request', () => {
      const { world } = scriptWorld();
      const answers: string[] = [];
      const exchange = { origin: { secure: true, loopback: false, address: '' }, holder: undefined, destroy() {} };
      world.manager.receiveQuery({ ...exchange, respond: ({ body }) => answers.push(body) }, '%3Cbody%FF');
      expect(answers[0]).to.contain('bad-request');
    });
  });

  describe('§2.3 responses', () => {
    const nasty = '"quoted" \\ back\nslash\r \u2028 \u2029 \u00ad \u200e \u200f \u{e0001} \u{1f600} </script>';

    it('J-2.3-01 J-2.1-03 every character comes back, and no line break is in the script', () => {
      const script = toScript(`<body>${nasty}</body>`);
      expect(run(script)).to.equal(`<body>${nasty}</body>`);
      expect(script).not.to.match(/[\n\r\u2028\u2029]|\p{Cf}/u);
    });

    it('J-2.3-01 writes the escapes of the table', () => {
      expect(toScript('"\n\r\u2028\u2029\\\u200e')).to.equal('_BOSH_("\\"\\n\\r\\u2028\\u2029\\\\\\u200e")');
    });

    it('J-2.3-02 is a call of _BOSH_ around the wrapper, on held requests and at the end, too', () => {
      const { world, get } = scriptWorld();
      const held = get(1);
      world.streams[0]?.send(message('m'));
      world.clock.endTurn();
      expect(held.body).to.match(/^_BOSH_\("<body .*<\/body>"\)$/);
      expect(get(2, '', { type: 'terminate' }).body).to.match(/^_BOSH_\("<body .*type='terminate'\/>"\)$/);
      expect(get(2, '', { type: 'terminate' }).body).to.match(/^_BOSH_\("<body .*type='terminate'\/>"\)$/);
    });

    it('J-2.3-03 is a script by its Content-Type, unless the client asks for another', () => {
      const { get } = scriptWorld();
      expect(get(9).answer?.contentType).to.equal('text/javascript; charset=utf-8');
      const world = new BoshWorld({ policy: { scriptSyntax: true } });
      const asked = world.get(wrapper({ ...creation, content: 'application/x-javascript; charset=utf-8' }));
      expect(asked?.answer?.contentType).to.equal('application/x-javascript; charset=utf-8');
    });

    it('J-2.3-05 whole stanzas only', () => {
      const { world, get } = scriptWorld();
      world.streams[0]?.send(message('a'));
      world.streams[0]?.send(message('b'));
      expect(read(run(get(1).body)).getChildElements()).to.have.length(2);
    });
  });
});
