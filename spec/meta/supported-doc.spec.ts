import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { supported } from '../../lib/composition/supported.ts';
import { parse } from '../../lib/xml/index.ts';
import { doap, DOAP, PAGE, supportedPage } from '../../scripts/supported-doc.ts';

describe('docs/reference/supported-xeps.md and docs/doap.xml', () => {
  it('are what "npm run docs:supported" makes of the claims of the modules', () => {
    expect(readFileSync(PAGE, 'utf8')).to.equal(supportedPage());
    expect(readFileSync(DOAP, 'utf8')).to.equal(doap());
  });

  it('have each document once, with its title', () => {
    const documents = supported().map(({ document }) => document);
    expect(documents).to.include.members(['RFC 6120', 'RFC 6121', 'XEP-0124', 'XEP-0163']);
    expect(new Set(documents).size).to.equal(documents.length);
    for (const { document, title } of supported())
      expect(title, `lib/composition/titles.ts: ${document}`).not.to.equal('');
  });

  it('a partial one says what is missing', () => {
    const silent = supported().filter(({ status, notes }) => status === 'partial' && notes.length === 0);
    expect(silent).to.deep.equal([]);
  });

  it('the DOAP file is XML with every XEP', () => {
    const parsed = parse(doap().replace(/^<\?xml.*\?>\n<!--.*-->\n/, ''));
    const project = parsed.ok ? parsed.value.getChildElements()[0] : undefined;
    const entries = project?.getChildElements().filter(({ name }) => name === 'implements') ?? [];
    expect(entries).to.have.length(supported().length);
  });
});
