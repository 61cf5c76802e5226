import { expect } from 'chai';
import { parse } from '../../lib/xml/index.ts';
import type { Body } from '../../lib/bosh/body.ts';
import type { Payload } from '../../lib/xmpp/transport.ts';
import { bodyOf, message, Playbook, R } from '../support/playbook.ts';

describe('XEP-0124 §8 Sending and receiving payloads', () => {
  it('B-8-02 forwards the payloads of different requests in rid order', () => {
    new Playbook()
      .post(2, {}, message('m2'))
      .expect()
      .post(1, {}, message('m1'))
      .expect('forward m1', 'forward m2', '#1 <- [E] ack=1002');
  });

  it('B-8-02 keeps the order of a whole window sent backwards', () => {
    const play = new Playbook({ open: { hold: '5' }, policy: { strict: false } });
    for (const n of [6, 5, 4, 3, 2]) play.post(n, {}, message(`m${n}`));
    play.expect();
    play.post(1, {}, message('m1'));
    play.expect(...['m1', 'm2', 'm3', 'm4', 'm5', 'm6'].map((id) => `forward ${id}`), '#1 <- [E] ack=1006');
  });

  it('B-8-04 holds a request until there is a payload', () => {
    new Playbook().post(1).after(2).expect().send(message('m')).expect('#1 <- [P:m]');
  });

  it('B-8-05 B-8-08 answers with an empty body when the wait is over', () => {
    new Playbook().post(1).after(4.99).expect().after(0.01).expect('#1 <- [E]');
  });

  it('B-8-06 B-4-01 never holds more requests than agreed: the oldest is released', () => {
    new Playbook().post(1).post(2, {}, message('m')).expect('forward m', '#1 <- [E] ack=1002');
  });

  it('B-7.1-07 holds two requests when two were agreed', () => {
    const play = new Playbook({ open: { hold: '2' }, policy: { polling: 0 } });
    play.post(1).post(2).expect();
    play.post(3).expect('#1 <- [E] ack=1003');
  });

  it('B-8-07 D-01 answers the lower of two held requests first', () => {
    const play = new Playbook({ open: { hold: '2' } });
    play.post(1).after(2).post(2).send(message('m')).expect('#1 <- [P:m] ack=1002');
    play.send(message('n')).expect('#2 <- [P:n]');
  });

  it('B-8-09 gives everything that came while no request was open to the next one', () => {
    new Playbook().send(message('a')).send(message('b'), message('c')).expect().post(1).expect('#1 <- [P:a b c]');
  });

  it('B-8-11 treats requests with and without payload alike', () => {
    new Playbook().post(1, {}, message('m')).expect('forward m').after(5).expect('#1 <- [E]');
  });

  it('D-02 an answer that is ready in the same turn rides on the older request', () => {
    const play = new Playbook();
    play.post(1).expect();
    play.together((session, now) => {
      const effects = session.receive('#2', bodyWith(2, message('q')), now);
      session.send({ xml: message('result'), element: null as never });
      return effects;
    });
    play.expect('forward q', '#1 <- [P:result] ack=1002');
  });

  it('D-49 puts at most the limit into one response, but always one stanza', () => {
    const play = new Playbook({ limits: { responseBytes: 200 } });
    play.send(message('a'), message('b'), message('c', 'x'.repeat(500)), message('d'));
    play.post(1).expect('#1 <- [P:a b]');
    play.post(2).expect('#2 <- [P:c]');
    play.post(3).expect('#3 <- [P:d]');
  });

  it('the next answer with payload waits until the one before is written', () => {
    const play = new Playbook({ open: { hold: '2' }, policy: { polling: 0 }, limits: { responseBytes: 100 } });
    const { session } = play;
    play.post(1).post(2).expect();
    session.send(payload('a'));
    session.send(payload('b'));
    const first = session.settle(play.now);
    expect(first.map((effect) => effect.do)).to.deep.equal(['respond']);
    expect(session.settle(play.now)).to.deep.equal([]);
    session.flushed('#1');
    expect(session.settle(play.now)).to.have.length(1);
  });

  it('a full queue ends the session, and says so', () => {
    const play = new Playbook({ limits: { queuedStanzas: 3 } });
    play.send(message('a'), message('b'), message('c')).expect();
    play.send(message('d')).expect('end lost');
    expect(play.undelivered?.slice(1).map(({ xml }) => xml)).to.deep.equal(
      ['a', 'b', 'c', 'd'].map((id) => message(id)),
    );
    expect(play.session.tombstone().answer(1001)).to.contain('resource-constraint');
  });

  it('a queue with too many bytes ends the session', () => {
    const play = new Playbook({ limits: { queuedBytes: 100 } });
    play.send(message('a', 'x'.repeat(200))).expect('end lost');
  });
});

function bodyWith(n: number, inner: string): Body {
  return bodyOf(R + n, { sid: 'some-sid' }, inner);
}

function payload(id: string): Payload {
  const parsed = parse(message(id));
  if (!parsed.ok) throw new Error(parsed.error.reason);
  return { xml: message(id), element: parsed.value };
}
