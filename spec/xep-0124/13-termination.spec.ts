import { expect } from 'chai';
import { bodyOf, message, Playbook, R } from '../support/playbook.ts';
import { StreamError } from '../../lib/xmpp/stream-error.ts';

describe('XEP-0124 §13 Terminating the session', () => {
  it('B-13-02 B-13-04 forwards the payloads, then answers with the end', () => {
    const play = new Playbook().post(1, { type: 'terminate' }, message('bye'));
    play.expect('forward bye', '#1 <- [T]', 'end graceful');
  });

  it('B-13-04 the oldest request gets the end, the terminate request an empty body', () => {
    new Playbook().post(1).post(2, { type: 'terminate' }).expect('#1 <- [T]', '#2 <- [E]', 'end graceful');
  });

  it('B-13-03 D-17 puts no payload on the answers; what was queued is undelivered', () => {
    const play = new Playbook().send(message('a')).post(1, { type: 'terminate' });
    play.expect('#1 <- [T]', 'end graceful');
    expect(play.undelivered?.map(({ xml }) => xml)).to.deep.equal([message('a')]);
  });

  it('does not hand over what was answered before a peaceful end', () => {
    const play = new Playbook().post(1).send(message('a')).post(2, { type: 'terminate' });
    play.expect('#1 <- [P:a]', '#2 <- [T]', 'end graceful');
    expect(play.undelivered).to.deep.equal([]);
  });

  it('B-13-06 waits for the requests before it', () => {
    const play = new Playbook().post(2, { type: 'terminate' }, message('bye')).expect();
    play.post(1, {}, message('m')).expect('forward m', 'forward bye', '#1 <- [T]', '#2 <- [E]', 'end graceful');
  });

  it('B-13-01 works during a pause', () => {
    new Playbook().post(1, { pause: 5 }).after(4).post(2, { type: 'terminate' });
  });

  it("takes gloox's misspelt type", () => {
    new Playbook().post(1, { type: 'terminal' }).expect('#1 <- [T]', 'end graceful');
  });

  it('B-17.2-11 a condition on it makes no difference', () => {
    const play = new Playbook().post(1, { type: 'terminate', condition: 'bad-request' });
    play.expect('#1 <- [T]', 'end graceful');
  });

  it('nothing is done after the end', () => {
    const play = new Playbook().post(1, { type: 'terminate' }).expect('#1 <- [T]', 'end graceful');
    play.post(2, {}, message('m')).close('system-shutdown').cut('#1').after(60).expect();
    expect(play.session.deadline).to.equal(undefined);
    expect(play.session.reject('#3', 'bad-request', play.now)).to.deep.equal([]);
  });

  describe('D-18 what remains answers repeated requests', () => {
    it('the terminate request again gets the same answer', () => {
      const tombstone = new Playbook().post(1).post(2, { type: 'terminate' }).session.tombstone();
      expect(tombstone.answer(R + 1)).to.contain("type='terminate'");
      expect(tombstone.answer(R + 2)).to.contain('<body');
      expect(tombstone.answer(R + 3)).to.equal(undefined);
    });

    it('an end that nothing could carry is told to the next request', () => {
      const tombstone = new Playbook().close('system-shutdown').session.tombstone();
      expect(tombstone.answer(R + 1)).to.contain("condition='system-shutdown'");
    });

    it('a copy of a request on a broken connection is told the end', () => {
      const play = new Playbook().post(1).cut('#1').close(new StreamError('conflict'));
      expect(play.session.tombstone().answer(R + 1)).to.contain('conflict');
    });
  });

  describe('the server ends the session', () => {
    it('B-17.2-01 with a condition: on the oldest request; the others hear of it', () => {
      const play = new Playbook({ open: { hold: '2' }, policy: { polling: 0 } }).post(1).post(2);
      play.close('system-shutdown');
      play.expect('#1 <- [T:system-shutdown]', '#2 <- [T:other-request]', 'end lost');
    });

    it('in peace', () => {
      new Playbook().post(1).close().expect('#1 <- [T]', 'end lost');
    });

    it('in peace after what waits, which the end never shares a body with', () => {
      const play = new Playbook().post(1);
      play.together((session, now) => {
        session.send({ xml: message('a'), element: null as never });
        return session.close(undefined, now);
      });
      play.expect('#1 <- [P:a]', 'end lost');
      expect(play.session.tombstone().answer(R + 2)).to.contain("type='terminate'");
    });

    it('X-6-01 with a stream error, after the stanzas, in one body', () => {
      const play = new Playbook().post(1);
      play.together((session, now) => {
        session.send({ xml: message('a'), element: null as never });
        return session.close(new StreamError('conflict'), now);
      });
      play.expect('#1 <- [T:remote-stream-error a stream:error]', 'end lost');
      expect(play.answers.get('#1')).to.match(/^<body [^>]*xmlns:stream=/);
    });

    it('D-50 with a stream error on the newer request and the stanzas on the older', () => {
      const play = new Playbook({ open: { hold: '2' }, policy: { polling: 0 } }).post(1).post(2);
      play.together((session, now) => {
        session.send({ xml: message('a'), element: null as never });
        return session.close(new StreamError('conflict'), now);
      });
      play.expect('#1 <- [P:a] ack=1002', '#2 <- [T:remote-stream-error stream:error]', 'end lost');
    });

    it('dismisses requests that came too early', () => {
      const play = new Playbook().post(2, {}, message('m')).close('system-shutdown');
      play.expect('#2 <- [T:system-shutdown]', 'end lost');
    });
  });

  it('B-13-03 D-17 what the payloads of a terminate request bring about is not sent', () => {
    const play = new Playbook();
    const effects = play.session.receive('#1', bodyOf(R + 1, { sid: 'some-sid', type: 'terminate' }, message('q')), 0);
    play.session.send({ xml: message('late'), element: null as never });
    expect(effects.map((effect) => effect.do)).to.deep.equal(['forward', 'respond', 'end']);
    expect(play.session.settle(0)).to.deep.equal([]);
    expect(play.session.takeUndelivered()).to.have.length(1);
  });
});
