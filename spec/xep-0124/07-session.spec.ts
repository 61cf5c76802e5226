import { expect } from 'chai';
import { negotiate, type Terms } from '../../lib/bosh/negotiation.ts';
import { DEFAULT_POLICY } from '../../lib/bosh/policy.ts';
import { parse } from '../../lib/xml/index.ts';
import { bodyOf, message, Playbook, PROFILE } from '../support/playbook.ts';

function terms(attributes: Record<string, string>, policy = PROFILE): Terms {
  return negotiate(bodyOf(1, attributes), policy);
}

function creation(open: Record<string, string | undefined> = {}, policy = {}): Record<string, string> {
  const parsed = parse(new Playbook({ open, policy }).answers.get('#0') ?? '');
  return parsed.ok ? parsed.value.attrs : {};
}

describe('XEP-0124 §7 Initiating a session', () => {
  describe('B-7.1-05 B-7.2-07 `ver` is the lower of both sides, its parts compared as integers', () => {
    for (const [asked, granted] of [
      ['1.5', '1.5'],
      ['1.6', '1.6'],
      ['1.9', '1.9'],
      ['1.10', '1.10'],
      ['1.11', '1.11'],
      ['1.99', '1.11'],
      ['2.0', '1.11'],
      ['0.9', '0.9'],
    ] as const) {
      it(`${asked} gives ${granted}`, () => expect(terms({ ver: asked }).ver).to.equal(granted));
    }
  });

  it('D-22 a client without `ver` is told ours, and is a legacy client', () => {
    expect(terms({})).to.include({ ver: '1.11', legacy: true });
    expect(terms({ ver: '1.6' })).to.include({ legacy: false });
  });

  it('B-7.1-17 D-52 who asks the old question for a `secure` link is answered, nobody else', () => {
    expect(creation({ secure: 'true' })['secure']).to.equal('true');
    expect(creation({ secure: 'false' })).not.to.have.property('secure');
    expect(creation()).not.to.have.property('secure');
  });

  describe('B-7.2-04 granted `wait` is at most what was asked and at most ours', () => {
    for (const [asked, granted] of [
      ['0', 0],
      ['1', 1],
      ['5', 5],
      ['60', 5],
      ['65535', 5],
    ] as const) {
      it(`${asked} gives ${granted}`, () => expect(terms({ wait: asked }).wait).to.equal(granted));
    }

    it('D-09 is at most 50 by default, below the 60 s of common proxies', () => {
      expect(terms({ wait: '60' }, DEFAULT_POLICY).wait).to.equal(50);
    });
  });

  describe('B-7.2-05 B-7.2-10 `hold` is never raised and `requests` is above the one asked for', () => {
    for (const [asked, hold, requests] of [
      ['0', 0, 1],
      ['1', 1, 2],
      ['2', 2, 3],
      ['5', 5, 6],
      ['9', 5, 10],
      ['100', 5, 16],
    ] as const) {
      it(`hold ${asked} gives ${hold} and ${requests} requests`, () => {
        expect(terms({ hold: asked })).to.include({ hold, requests });
      });
    }

    it('holds one request by default, whatever is asked', () => {
      expect(terms({ hold: '2' }, DEFAULT_POLICY)).to.include({ hold: 1, requests: 3 });
    });
  });

  it('B-12-02 D-06 no client is made to poll: who asks to be held may have two requests open', () => {
    for (const hold of ['1', '2', '5']) expect(Number(terms({ hold }, DEFAULT_POLICY).requests)).to.be.at.least(2);
  });

  it('B-10-05 a silence of a minute is allowed by default, two to clients that poll', () => {
    expect(terms({}, DEFAULT_POLICY).inactivity).to.equal(60);
    expect(terms({ hold: '0' }, DEFAULT_POLICY).inactivity).to.equal(120);
  });

  it('D-07 `wait` and `hold` left out mean 60 and 1', () => {
    expect(terms({})).to.include({ wait: 5, hold: 1 });
  });

  it('B-12-03 a polling session may be silent for longer', () => {
    expect(terms({ hold: '0' })).to.include({ isPolling: true, inactivity: 8 });
    expect(terms({ wait: '0' })).to.include({ isPolling: true, inactivity: 8 });
    expect(terms({})).to.include({ isPolling: false, inactivity: 3 });
  });

  describe('the creation response', () => {
    it('B-7.2-02 B-7.2-06 B-7.2-08 B-7.2-09 B-7.2-11 B-7.2-15 has everything the client needs', () => {
      expect(creation()).to.include({
        sid: 'some-sid',
        wait: '5',
        requests: '2',
        ver: '1.11',
        polling: '2',
        inactivity: '3',
        hold: '1',
        maxpause: '10',
        from: 'example.com',
      });
    });

    it('B-7.2-14 acknowledges its own request, to clients that know acks', () => {
      expect(creation()['ack']).to.equal('1000');
      expect(creation({ ver: '1.5' })['ack']).to.equal(undefined);
      expect(creation({}, { ack: false })['ack']).to.equal(undefined);
    });

    it('X-4-01 X-4-02 X-4-05 tells of XMPP, restarts and the stream id', () => {
      expect(creation()).to.include({
        'xmlns:xmpp': 'urn:xmpp:xbosh',
        'xmpp:version': '1.0',
        'xmpp:restartlogic': 'true',
        authid: 'stream-id',
      });
    });

    it('B-10-04 B-11-06 leaves out what is not limited', () => {
      const attributes = creation({}, { inactivity: 0, polling: 0, maxPause: 0 });
      expect(attributes).not.to.have.any.keys('inactivity', 'polling', 'maxpause');
    });

    it('B-7.2-03 none of its attributes comes again', () => {
      const play = new Playbook();
      play.post(1).send(message('m'));
      const parsed = parse(play.answers.get('#1') ?? '');
      expect(parsed.ok && Object.keys(parsed.value.attrs)).to.deep.equal(['xmlns']);
    });

    it('carries the features that are ready in the same turn', () => {
      const play = new Playbook({ silent: true });
      play.send('<features/>').expect('#0 <- [P:features] ack=1000');
    });
  });

  it('B-7.1-02 later requests cannot change what was agreed', () => {
    const play = new Playbook();
    play.post(1, { wait: '1', hold: '0', ver: '1.5', content: 'text/plain' });
    play.after(4.9).expect();
    play.after(0.1).expect('#1 <- [E]');
    expect(play.session.terms.contentType).to.equal('text/xml; charset=utf-8');
  });

  it('B-7.1-13 B-7.1-14 `content` is the Content-Type of all responses', () => {
    expect(terms({ content: 'text/html; charset=utf-8' }).contentType).to.equal('text/html; charset=utf-8');
    expect(terms({}).contentType).to.equal('text/xml; charset=utf-8');
  });
});
