import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { expect } from 'chai';

const MAX_LINES = 450;
const IGNORED = new Set(['node_modules', 'dist', 'data', '.git', 'coverage']);

function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    if (IGNORED.has(name)) return [];
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesBelow(path) : [path];
  });
}

const files = filesBelow('.').filter((file) => /\.(?:tsx?|mjs|cjs|css|md|json|yaml)$/.test(file));
const code = files.filter((file) => /\.(?:tsx?|mjs|cjs|css)$/.test(file));
const pages = files.filter((file) => file.endsWith('.md'));
/** Written in two pieces, so that this file does not find itself. */
const UNFINISHED = new RegExp(['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX'].join('|'));
const FOREIGN = new RegExp(['/wo' + 'rk/', '/ro' + 'ot/', 'process_' + 'api'].join('|'));

function anchorsOf(text: string): Set<string> {
  const titles = [...text.matchAll(/^#+ (.*)$/gm)].map((match) => match[1] ?? '');
  return new Set(
    titles.map((title) =>
      title
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replace(/\s/g, '-'),
    ),
  );
}

describe('tidiness', () => {
  for (const file of code) {
    it(`${file} is short, and named like its kind`, () => {
      const lines = readFileSync(file, 'utf8').split('\n').length;
      expect(lines, 'lines').to.be.at.most(MAX_LINES);
      expect(basename(file)).to.match(/^[a-z0-9]+(?:[-.][a-z0-9]+)*\.(?:tsx?|mjs|cjs|css)$/);
    });
  }

  for (const file of files) {
    it(`${file} is finished, and at home anywhere`, () => {
      const text = readFileSync(file, 'utf8');
      expect(text).not.to.match(UNFINISHED);
      expect(text).not.to.match(FOREIGN);
    });
  }

  for (const file of pages) {
    it(`${file} has one title, and links that lead somewhere`, () => {
      const text = readFileSync(file, 'utf8').replace(/^```[\s\S]*?^```/gm, '');
      expect(text.match(/^# /gm) ?? [], 'titles').to.have.length(1);
      for (const match of text.matchAll(/\]\(([^)\s]+)\)/g)) {
        const [path = '', anchor] = (match[1] ?? '').split('#');
        if (/^[a-z]+:/.test(path)) continue;
        const target = path === '' ? file : resolve(dirname(file), path);
        expect(existsSync(target), `${match[1]} exists`).to.equal(true);
        if (anchor !== undefined) expect([...anchorsOf(readFileSync(target, 'utf8'))]).to.include(anchor);
      }
    });
  }
});

describe('@spec tags', () => {
  const DOCUMENT =
    /^(?:XEP-\d{4}|RFC \d{4})(?:,? (?:§[A-Z]?[\d.]+|Appendix [A-Z]))*(?:[ ,]+(?:[BXJWP]-[\d.]+-\d{2}|(?:[DH]|W[DH]|PD)-\d{2}))*\.?$/;

  for (const file of code.filter((name) => name.startsWith('lib'))) {
    const tags = [...readFileSync(file, 'utf8').matchAll(/@spec ([^*@\n]+)/g)].map((match) => (match[1] ?? '').trim());
    if (tags.length === 0) continue;
    it(`${file} names documents and sections`, () => {
      for (const tag of tags) expect(tag).to.match(DOCUMENT);
    });
  }
});
