import { expect } from 'chai';
import { bodyOf, message, Playbook, R } from '../support/playbook.ts';

const features = "<stream:features xmlns:stream='http://etherx.jabber.org/streams'/>";

describe('XEP-0124 §10 Inactivity', () => {
  it('B-10-02 ends a session whose client is silent for too long, a second of grace included', () => {
    new Playbook().after(3.9).expect().after(0.1).expect('end lost');
  });

  it('B-10-02 starts anew with every request', () => {
    new Playbook()
      .after(2.25)
      .post(1)
      .send(message('m'))
      .after(3.9)
      .expect('#1 <- [P:m]')
      .after(0.1)
      .expect('end lost');
  });

  it('does not count while a request is held', () => {
    new Playbook().post(1).after(4.9).expect().after(0.1).expect('#1 <- [E]').after(4).expect('end lost');
  });

  it('D-37 counts from the moment the connection of the held request breaks', () => {
    new Playbook().post(1).after(1).cut('#1').after(3.9).expect().after(0.1).expect('end lost');
  });

  it('B-10-04 never ends a session without a limit', () => {
    new Playbook({ policy: { inactivity: 0 } }).after(9).post(1).send(message('m')).expect('#1 <- [P:m]');
  });

  it('hands over what was queued', () => {
    const play = new Playbook().send(message('a')).after(4);
    play.expect('end lost');
    expect(play.undelivered?.map(({ xml }) => xml)).to.deep.equal([features, message('a')]);
  });

  it('D-39 hands over what was answered and may not have arrived', () => {
    const play = new Playbook().post(1).send(message('a')).after(4);
    play.expect('#1 <- [P:a]', 'end lost');
    expect(play.undelivered?.map(({ xml }) => xml)).to.deep.equal([message('a')]);
  });

  it('D-39 an empty request, sent when nothing was open, proves that the answers arrived', () => {
    const play = new Playbook().post(1).send(message('a')).post(2).after(9);
    play.expect('#1 <- [P:a]', '#2 <- [E]', 'end lost');
    expect(play.undelivered).to.deep.equal([]);
  });

  describe('pauses', () => {
    it('B-10-08 answers everything at once, in order', () => {
      new Playbook().post(1).post(2, { pause: 6 }).expect('#1 <- [E] ack=1002', '#2 <- [E]');
    });

    it('B-10-09 allows a silence of that length', () => {
      new Playbook().post(1, { pause: 6 }).after(6.9).expect('#1 <- [E]').after(0.1).expect('end lost');
    });

    it('B-10-10 never puts a payload on the answer to the pause', () => {
      const play = new Playbook().send(message('a')).post(1, { pause: 6 }).expect('#1 <- [E]');
      play.send(message('b')).after(2).expect().post(2).expect('#2 <- [P:a b]');
    });

    it('B-10-10 may put payloads on the answers before it', () => {
      const play = new Playbook().post(1);
      play.together((session, now) => {
        session.send({ xml: message('a'), element: null as never });
        return session.receive('#2', bodyOf(R + 2, { sid: 'some-sid', pause: 6 }), now);
      });
      play.expect('#1 <- [P:a] ack=1002', '#2 <- [E]');
    });

    it('B-10-11 may shorten the limit', () => {
      new Playbook().post(1, { pause: 1 }).after(2).expect('#1 <- [E]', 'end lost');
    });

    it('D-36 pause=0 releases everything and changes no limit', () => {
      new Playbook().post(1).post(2, { pause: 0 }).after(3.9).expect('#1 <- [E] ack=1002', '#2 <- [E]');
    });

    it('B-10-12 the next request restores the limit', () => {
      const play = new Playbook().post(1, { pause: 6 }).after(5).post(2).send(message('m'));
      play.after(3.9).expect('#1 <- [E]', '#2 <- [P:m]').after(0.1).expect('end lost');
    });

    it('B-10-07 D-36 a pause that is too long, or was not offered, is a violation', () => {
      new Playbook().post(1, { pause: 11 }).expect('#1 <- [T:policy-violation]', 'end lost');
      const none = new Playbook({ policy: { maxPause: 0 } });
      none.post(1, { pause: 1 }).expect('#1 <- [T:policy-violation]', 'end lost');
    });

    it('D-36 executes the payloads of a pause request', () => {
      new Playbook().post(1, { pause: 2 }, message('m')).expect('#1 <- [E]', 'forward m');
    });

    it('D-14 answers a repeated pause request the same way', () => {
      new Playbook().post(1, { pause: 6 }).post(1, { pause: 6 }).expect('#1 <- [E]', "#1' <- [E]");
    });
  });
});
