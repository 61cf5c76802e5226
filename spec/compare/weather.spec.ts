import { expect } from 'chai';
import { Link, type Parcel } from '../../lib/compare/weather/link.ts';
import { weatherOf, type Direction } from '../../lib/compare/weather/weather.ts';

const ROUND_TRIP = 100;

function link(direction: Partial<Direction>, chance = 0.999, opensAt = 0): Link {
  const { up } = weatherOf('test', direction);
  return new Link({ direction: up, chance: () => chance, roundTrip: ROUND_TRIP, opensAt });
}

function bytes(length: number): Uint8Array {
  return new Uint8Array(length);
}

function sizes(parcels: readonly Parcel[]): readonly (number | 'end')[] {
  return parcels.map((parcel) => (parcel.is === 'end' ? 'end' : parcel.bytes.length));
}

describe('weather: one way of one connection', () => {
  it('bytes come out after the delay, and not before', () => {
    const way = link({ delay: 50 });
    way.push(bytes(3), 10);
    expect(way.due).to.equal(60);
    expect(sizes(way.take(59.9))).to.deep.equal([]);
    expect(sizes(way.take(60))).to.deep.equal([3]);
    expect(way.due).to.equal(undefined);
  });

  it('the end comes behind the bytes', () => {
    const way = link({ delay: 50 });
    way.push(bytes(1), 0);
    way.end(0);
    expect(sizes(way.take(50))).to.deep.equal([1, 'end']);
  });

  it('nothing leaves before the connection is there', () => {
    const way = link({ delay: 50 }, 0.5, 100);
    way.push(bytes(1), 0);
    expect(way.due).to.equal(150);
  });

  it('jitter is more or less, and never lets bytes overtake', () => {
    const draws = [1, 0];
    const { up } = weatherOf('test', { delay: 50, jitter: 20 });
    const way = new Link({ direction: up, chance: () => draws.shift() ?? 0.5, roundTrip: ROUND_TRIP, opensAt: 0 });
    way.push(bytes(1), 0);
    way.push(bytes(2), 1);
    expect(way.due).to.equal(70);
    expect(sizes(way.take(70))).to.deep.equal([1, 2]);
  });

  it('rate: a second chunk waits for the first to be put out', () => {
    const way = link({ delay: 10, rate: 1000 });
    way.push(bytes(100), 0);
    way.push(bytes(100), 0);
    expect(sizes(way.take(109))).to.deep.equal([]);
    expect(sizes(way.take(110))).to.deep.equal([100]);
    expect(way.due).to.equal(210);
  });

  it('a lost segment comes a round trip and 200 ms later, and what is behind it with it', () => {
    const draws = [1, 0];
    const { up } = weatherOf('test', { delay: 50, loss: 0.5 });
    const way = new Link({ direction: up, chance: () => draws.shift() ?? 0, roundTrip: ROUND_TRIP, opensAt: 0 });
    way.push(bytes(1), 0);
    way.push(bytes(1), 5);
    expect(way.due).to.equal(50 + ROUND_TRIP + 200);
    expect(sizes(way.take(350))).to.deep.equal([1, 1]);
  });

  it('the more segments, the more likely one is lost', () => {
    const once = link({ loss: 0.1 }, 0.85);
    once.push(bytes(1000), 0);
    expect(once.due).to.equal(0);
    const twice = link({ loss: 0.1 }, 0.85);
    twice.push(bytes(2000), 0);
    expect(twice.due).to.equal(ROUND_TRIP + 200);
  });

  it('what is sent into a black hole is sent again with pauses that double', () => {
    const way = link({ delay: 50 });
    way.blackHole(1000, 6000);
    way.push(bytes(1), 999);
    expect(way.due).to.equal(1049);
    way.take(1049);
    way.push(bytes(2), 1000);
    // Sent again after 300, 600, 1200, 2400 and 4800 ms, which is the first time that it gets through.
    expect(way.due).to.equal(1000 + 300 + 600 + 1200 + 2400 + 4800 + 50);
    way.push(bytes(3), 6000);
    expect(sizes(way.take(10_350))).to.deep.equal([2, 3]);
  });

  it('a change of weather is for what goes in from then on', () => {
    const way = link({ delay: 50 });
    way.push(bytes(1), 0);
    way.direction = weatherOf('test', { delay: 5 }).up;
    way.push(bytes(2), 20);
    way.push(bytes(3), 60);
    expect(sizes(way.take(50))).to.deep.equal([1, 2]);
    expect(way.due).to.equal(65);
  });
});
