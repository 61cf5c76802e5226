import { expect } from 'chai';
import { StreamError } from '../../lib/xmpp/stream-error.ts';
import { BoshWorld, FakeExchange, wrapper } from '../support/bosh-world.ts';
import { message } from '../support/playbook.ts';

/** `200 host-unknown`, `404 item-not-found`, `200 alive`. */
function told(exchange: FakeExchange | undefined): string {
  const { status } = exchange?.answer ?? {};
  const { type, condition } = exchange?.xml.attrs ?? {};
  return `${status} ${type === 'terminate' ? (condition ?? 'ended') : 'alive'}`;
}

describe('XEP-0124 §17 Error and status codes', () => {
  describe('§17.1 HTTP conditions', () => {
    it('B-17.1-01 clients that tell their version get 200, whatever happens', () => {
      const world = new BoshWorld();
      expect(told(world.open({ rid: 0 }))).to.equal('200 bad-request');
      expect(told(world.open({ sid: 'nobody' }))).to.equal('200 item-not-found');
      expect(told(world.open({ sid: '' })), 'D-27').to.equal('200 item-not-found');
      world.open();
      expect(told(world.post(9))).to.equal('200 item-not-found');
      world.open({ hold: 0 });
      world.post(1);
      expect(told(world.post(2))).to.equal('200 policy-violation');
    });

    it('B-17.1-02 D-22 a client without `ver` gets a session like others, and ours as the version', () => {
      const created = new BoshWorld().open({ ver: undefined });
      expect(told(created)).to.equal('200 alive');
      expect(created.xml.attrs['ver']).to.equal('1.11');
    });

    it('B-17.1-04 it gets 400 for a bad request, with or without a session', () => {
      const world = new BoshWorld();
      expect(told(world.open({ ver: undefined, rid: 'x' }))).to.equal('400 bad-request');
      world.open({ ver: undefined });
      expect(told(world.post(1, { rid: 'x' }))).to.equal('400 bad-request');
      expect(told(world.post(1))).to.equal('404 item-not-found');
    });

    it('B-17.1-05 it gets 403 for a violation of policy', () => {
      const world = new BoshWorld();
      world.open({ ver: undefined, hold: 0 });
      world.post(1);
      expect(told(world.post(2))).to.equal('403 policy-violation');
    });

    it('B-17.1-06 it gets 404 for what is not there, also after the end of the session', () => {
      const world = new BoshWorld();
      world.open({ ver: undefined });
      expect(told(world.post(9))).to.equal('404 item-not-found');
      expect(told(world.post(2))).to.equal('404 item-not-found');
    });

    it('D-21 conditions without a status of their own are 200 for it, too', () => {
      expect(told(new BoshWorld().open({ ver: undefined, to: 'nowhere' }))).to.equal('200 host-unknown');
    });

    it('D-21 a sid that was never ours belongs to nobody: 200', () => {
      expect(told(new BoshWorld().raw(wrapper({ rid: 5, sid: 'never' })))).to.equal('200 item-not-found');
    });

    it('B-17.1-07 every valid request gets 200', () => {
      const world = new BoshWorld();
      world.open();
      const answers = [world.post(1), world.post(2, {}, message('m')), world.post(3, { type: 'terminate' })];
      expect(answers.map(told)).to.deep.equal(['200 alive', '200 ended', '200 alive']);
    });
  });

  describe('§17.2 terminal conditions', () => {
    it('B-17.2-01 B-17.2-02 a stream error is a remote-stream-error, with the error inside', () => {
      const world = new BoshWorld();
      world.open();
      const held = world.post(1);
      world.streams[0]?.transport.close(new StreamError('conflict', 'another one'));
      expect(told(held)).to.equal('200 remote-stream-error');
      expect(held.body).to.match(
        /^<body [^>]*xmlns:stream='http:\/\/etherx.jabber.org\/streams'[^>]*><stream:error[ >]/,
      );
      expect(held.body).to.contain('<conflict');
      expect(told(world.post(2))).to.equal('200 item-not-found');
    });

    it('B-17.2-03 an unreadable wrapper is a bad-request; the session that it cannot name lives on', () => {
      const world = new BoshWorld();
      world.open();
      for (const bad of ['', '<body', '<body/>', `${wrapper({ rid: 1 })}<x/>`, 'hello']) {
        expect(told(world.raw(bad)), bad).to.equal('200 bad-request');
      }
      expect(world.post(1).answer).to.equal(undefined);
    });

    it('B-17.2-04 tells what is wrong with `to`', () => {
      const world = new BoshWorld();
      const conditions = ['gone.example', 'nowhere', undefined, '', 'u@example.com', 'example.com/r'].map((to) =>
        told(world.open({ to })),
      );
      expect(conditions.join()).to.equal(
        '200 host-gone,200 host-unknown,200 improper-addressing,200 improper-addressing,' +
          '200 improper-addressing,200 improper-addressing',
      );
      expect(told(world.open({ to: 'EXAMPLE.COM' }))).to.equal('200 alive');
    });

    it('B-7.1-09 B-7.2-11 serves several domains, each with its own name', () => {
      const world = new BoshWorld();
      for (const domain of ['example.com', 'example.net.com']) {
        expect(world.open({ to: domain }).xml.attrs['from']).to.equal(domain);
        expect(world.streams.at(-1)?.headers[0]?.to).to.equal(domain);
      }
    });

    it('B-17.2-05 a fault of ours ends that one session', () => {
      const world = new BoshWorld();
      world.open();
      const [victim, other] = [world.sid, new BoshWorld()];
      world.open({ rid: 2000 });
      const healthy = world.sid;
      const [stream] = world.streams;
      if (stream) {
        stream.receive = () => {
          throw new Error('a bug');
        };
      }
      expect(told(world.raw(wrapper({ rid: 1001, sid: victim }, message('m'))))).to.equal('200 internal-server-error');
      expect(stream?.ending).to.equal('lost');
      expect(world.raw(wrapper({ rid: 2001, sid: healthy }, message('m'))).answer).to.equal(undefined);
      expect(world.manager.size).to.equal(1);
      expect(other.manager.size).to.equal(0);
    });

    it('B-17.2-06 the other requests hear that one of them brought the end', () => {
      const world = new BoshWorld();
      world.open();
      const held = world.post(1);
      expect(told(world.post(9))).to.equal('200 item-not-found');
      expect(told(held)).to.equal('200 other-request');
    });

    it('B-17.2-08 sends clients without TLS to where there is TLS', () => {
      const world = new BoshWorld({ policy: { seeOtherUri: 'https://chat.example.com/b?a&b' } });
      const answer = world.open();
      expect(told(answer)).to.equal('200 see-other-uri');
      const [uri] = answer.xml.getChildElements();
      expect(uri?.getNS()).to.equal('http://jabber.org/protocol/httpbind');
      expect(uri?.text).to.equal('https://chat.example.com/b?a&b');
      expect(told(world.open({}, { secure: true }))).to.equal('200 alive');
    });

    it('B-17.2-09 when it stops, all held requests hear of it, and no session is opened', () => {
      const world = new BoshWorld();
      world.open();
      const held = world.post(1);
      world.manager.shutdown();
      expect(told(held)).to.equal('200 system-shutdown');
      expect(told(world.open())).to.equal('200 system-shutdown');
      expect(world.clock.pending).to.equal(0);
    });

    it('B-17.2-09 a client without an open request hears of it with its next one', () => {
      const world = new BoshWorld();
      world.open();
      world.manager.shutdown();
      expect(told(world.post(1))).to.equal('200 system-shutdown');
    });

    it('X-7-01 what did not reach the client goes back to its stream', () => {
      const world = new BoshWorld();
      world.open();
      const [stream] = world.streams;
      stream?.send(message('a'));
      world.manager.shutdown();
      expect(stream?.ending).to.equal('lost');
      expect(stream?.undelivered.map(({ element }) => element.attrs['id'])).to.include('a');
    });
  });

  it("D-60 a client's `type='error'` makes a request no other", () => {
    const world = new BoshWorld();
    world.open();
    const request = world.post(1, { type: 'error' }, message('a'));
    expect(world.streams[0]?.received).to.have.length(1);
    expect(request.answer).to.equal(undefined);
  });

  it('B-17.4-01 errors of stanzas are payloads, and end nothing', () => {
    const world = new BoshWorld();
    world.open();
    const held = world.post(1);
    world.streams[0]?.send("<iq xmlns='jabber:client' type='error' id='q'/>");
    world.clock.endTurn();
    expect(told(held)).to.equal('200 alive');
    expect(held.xml.getChildElements()[0]?.attrs['type']).to.equal('error');
  });

  it('B-9.2-05 a report leaves as soon as the answer before it is written, with its true age', () => {
    const world = new BoshWorld({ policy: { polling: 0 } });
    world.open({ ack: 1, hold: 3 });
    const first = new FakeExchange();
    world.manager.receive(first, wrapper({ rid: 1001, sid: world.sid, ack: 1000 }));
    const second = world.post(2, { ack: 1000 }, '', {}, { isSlow: true });
    world.streams[0]?.send(message('a'));
    world.clock.endTurn();
    world.after(1.5);
    world.streams[0]?.send(message('b'));
    world.clock.endTurn();
    const third = world.post(3, { ack: 1000 });
    expect(third.answer).to.equal(undefined);
    world.after(0.25);
    second.flush();
    world.clock.endTurn();
    expect(third.xml.attrs).to.include({ report: '1001', time: '1750' });
  });
});
