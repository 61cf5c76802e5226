import { expect } from 'chai';
import { ASSERTIONS, failuresOf, type Assertion } from '../../lib/compare/assertions.ts';
import { toHtml } from '../../lib/compare/render/html.ts';
import { toMarkdown } from '../../lib/compare/render/markdown.ts';
import { toTable } from '../../lib/compare/render/table.ts';
import { REPORT, type Cell, type Report } from '../../lib/compare/report.ts';
import { WEATHERS } from '../../lib/compare/weather/weather.ts';
import { WORKLOADS } from '../../lib/compare/workloads/index.ts';

const AUDIT = { sent: 10, received: 10, lost: 0, repeated: 0, reordered: 0 };

function cell(transport: string, latency99: number, faults: string[] = []): Cell {
  const figures = { latency99, requests: 0.98, bytesDown: 600, headDown: 250, bytesUp: 700, headUp: 590 };
  return {
    workload: 'W1',
    transport,
    label: `<${transport}>`,
    sessions: 5,
    parameters: { seconds: 1 },
    figures,
    theory: { latency99: 140, requests: 0.995 },
    runs: [
      {
        audit: AUDIT,
        faults,
        figures,
        latencies: [
          [50_000, 50_400, 9],
          [139_000, 140_000, 1],
        ],
        notes: ['slow'],
      },
    ],
  };
}

const report: Report = REPORT.parse({
  format: 1,
  software: 'Holdfast 0',
  at: '2026-01-02T03:04:05.000Z',
  seed: 1,
  machine: { cpu: 'test', cores: 2, memory: 1, kernel: '6', node: '20', load: 0.5, pinned: true },
  weather: WEATHERS.transatlantic,
  workloads: [{ id: 'W1', title: WORKLOADS[0]?.title, about: 'something' }],
  cells: [cell('bosh', 142.34), cell('websocket', 51)],
  missing: ['carrier pigeons'],
} satisfies Record<keyof Report, unknown>);

describe('outputs of a comparison', () => {
  const outputs = { text: toTable(report), Markdown: toMarkdown(report), HTML: toHtml(report) };

  for (const [name, output] of Object.entries(outputs)) {
    it(`${name} has the figures, the theory, the audit, the notes and what is missing`, () => {
      for (const words of ['142.3', '(140.0)', '0.980', '(0.995)', '20 of 20', 'slow', 'carrier pigeons', '100 ms']) {
        expect(output).to.contain(words);
      }
    });
  }

  it('HTML loads and runs nothing, and names are no markup', () => {
    expect(outputs.HTML)
      .to.match(/^<!doctype html>/)
      .and.to.contain("default-src 'none'");
    expect(outputs.HTML).not.to.match(/<(?:script|link|img)|(?:src|href)=/);
    expect(outputs.HTML).to.contain('&lt;bosh&gt;').and.not.to.contain('<bosh>');
  });

  it('HTML has a distribution with a step for each bin, and bars that add up', () => {
    expect(outputs.HTML).to.match(/<polyline class="c0" points="(?:[\d.]+,[\d.]+ ){3}[\d.]+,12"/);
    expect(outputs.HTML).to.contain('&lt;bosh&gt;, XML down: 350 B').and.to.contain('1300 B');
  });

  it('say what is void', () => {
    const broken = { ...report, cells: [cell('bosh', 1, ['3 messages lost'])] };
    expect(toTable(broken)).to.contain('VOID  W1 <bosh>: 3 messages lost');
    expect(toMarkdown(broken)).to.contain('**Void:** W1 <bosh>: 3 messages lost');
    expect(toHtml(broken)).to.contain('<li>W1 &lt;bosh&gt;: 3 messages lost</li>');
  });
});

describe('assertions', () => {
  const bosh = { workload: 'W1', transport: 'bosh', figure: 'latency99' } as const;

  const cases: readonly (readonly [Omit<Assertion, 'workload' | 'transport' | 'figure'>, string | undefined])[] = [
    [{ atMost: 143 }, undefined],
    [{ atMost: 142 }, 'W1 bosh p99 is 142.3, not at most 142.0'],
    [{ atLeast: 143 }, 'W1 bosh p99 is 142.3, not at least 143.0'],
    [{ withinPercent: 2 }, undefined],
    [{ withinPercent: 1 }, 'W1 bosh p99 is 142.3, not within 1 % of 140.0'],
    [{ aboveTheory: 3 }, undefined],
    [{ aboveTheory: 1 }, 'W1 bosh p99 is 142.3, not at most 141.0'],
    [{ above: { transport: 'websocket', by: 100 } }, undefined],
    [{ above: { transport: 'websocket', by: 10 } }, 'W1 bosh p99 is 142.3, not no more than websocket allows: 61.0'],
    [{ above: { transport: 'tcp', by: 10 } }, 'W1 bosh p99: there is nothing to compare it with'],
  ];
  for (const [what, failure] of cases) {
    it(`${JSON.stringify(what)} ${failure === undefined ? 'holds' : 'does not hold'}`, () => {
      const assertions = ASSERTIONS.parse([{ ...bosh, ...what }]);
      expect(failuresOf(report, assertions)).to.deep.equal(failure === undefined ? [] : [failure]);
    });
  }

  it('what was not measured does not hold', () => {
    const [missing] = failuresOf(report, [{ ...bosh, transport: 'tcp', atMost: 1 }]);
    expect(missing).to.equal('W1 tcp p99 was not measured');
  });
});
