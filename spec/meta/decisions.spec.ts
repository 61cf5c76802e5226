import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';

const FOLDER = 'docs/decisions';

describe('the records of decisions', () => {
  const numbers = readdirSync(FOLDER)
    .filter((name) => /^\d/.test(name))
    .map((name) => ({ name, number: Number(name.slice(0, 4)) }));

  it('have numbers of their own', () => {
    expect(new Set(numbers.map(({ number }) => number))).to.have.property('size', numbers.length);
  });

  for (const { name, number } of numbers) {
    it(`${name} has its number in its title`, () => {
      expect(readFileSync(`${FOLDER}/${name}`, 'utf8')).to.match(new RegExp(`^# ${number}\\. \\S`));
    });
  }
});
