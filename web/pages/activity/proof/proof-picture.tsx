import { useId } from 'preact/hooks';
import { countOf } from '../../../parts/size.js';
import type { ProofReport, ProofStep } from '../verifier/check-proof.js';
import { rangeOf } from './ranges.js';

const WIDTH = 360;
const MIDDLE = WIDTH / 2;
/** How far a node of the path, and the hash beside it, stand from the middle. */
const PATH_X = 26;
const SIBLING_X = 96;
const TOP = 40;
const BOTTOM = 44;
/** The height of a level: less in a tall tree. */
const ROOMY = 56;
const TIGHT = 40;
const MANY = 9;

interface Place {
  readonly x: number;
  readonly y: number;
}

/** The way from the signed root down to an entry, and beside it the hashes of the proof. */
export function ProofPicture({ report }: { readonly report: ProofReport }) {
  const { seq, size, steps, fault } = report;
  const id = useId();
  const level = steps.length > MANY ? TIGHT : ROOMY;
  const height = TOP + level * steps.length + BOTTOM;
  // The service tells the steps from the entry up. They are drawn from the root down.
  const down = steps.toReversed();
  const path = [
    { x: MIDDLE, y: TOP },
    ...down.map(({ side }, index) => pathPlace(side, TOP + level * (index + 1))),
  ];
  const leaf = path.at(-1)!;
  return (
    <svg
      class={`proof-picture ${fault === null ? '' : 'wrong'}`}
      viewBox={`0 0 ${WIDTH} ${height}`}
      role="img"
      aria-labelledby={id}
    >
      <title id={id}>
        {`The tree of ${countOf(size, 'entry', 'entries')}, with the way from its root to entry ${seq} through ${countOf(steps.length, 'level')}. The list tells the same in words.`}
      </title>
      {down.map((step, index) => (
        <Branches key={index} step={step} above={path[index]!} here={path[index + 1]!} />
      ))}
      {down.map((step, index) => (
        <Level key={index} step={step} here={path[index + 1]!} last={index === steps.length - 1} />
      ))}
      {steps.length > 0 && <circle class="root" cx={MIDDLE} cy={TOP} r="9" />}
      <text class="strong" x={MIDDLE} y={TOP - 20} text-anchor="middle">
        {`Signed root of ${countOf(size, 'entry', 'entries')}`}
      </text>
      <rect class="leaf" x={leaf.x - 12} y={leaf.y - 9} width="24" height="18" rx="5" />
      <text class="strong own" x={leaf.x} y={leaf.y + 28} text-anchor="middle">
        {`Entry ${seq}`}
      </text>
    </svg>
  );
}

interface BranchesProps {
  readonly step: ProofStep;
  readonly above: Place;
  readonly here: Place;
}

/** From a node to the two below it. They are drawn first, so that nothing crosses a node. */
function Branches({ step, above, here }: BranchesProps) {
  return (
    <>
      <path class="branch" d={curve(above, siblingPlace(step.side, here.y))} />
      <path class="way" d={curve(above, here)} />
    </>
  );
}

interface LevelProps {
  readonly step: ProofStep;
  readonly here: Place;
  readonly last: boolean;
}

/** A node of the path, and beside it a hash of the proof: of one entry a box, of more a triangle. */
function Level({ step: { side, sibling }, here, last }: LevelProps) {
  const { x, y } = siblingPlace(side, here.y);
  const outward = side === 'left' ? -1 : 1;
  return (
    <>
      {sibling.end - sibling.begin === 1 ? (
        <rect class="sibling" x={x - 10} y={y - 8} width="20" height="16" rx="4" />
      ) : (
        <path class="sibling" d={`M${x} ${y - 10}l14 20h-28z`} />
      )}
      <text x={x + outward * 20} y={y + 4} text-anchor={side === 'left' ? 'end' : 'start'}>
        {rangeOf(sibling)}
      </text>
      {!last && <circle class="node" cx={here.x} cy={y} r="6" />}
    </>
  );
}

function siblingPlace(side: ProofStep['side'], y: number): Place {
  return { x: MIDDLE + (side === 'left' ? -SIBLING_X : SIBLING_X), y };
}

/** The path goes away from the hash beside it. */
function pathPlace(side: ProofStep['side'], y: number): Place {
  return { x: MIDDLE + (side === 'left' ? PATH_X : -PATH_X), y };
}

function curve(from: Place, to: Place): string {
  const half = (to.y - from.y) / 2;
  return `M${from.x} ${from.y}c0 ${half} ${to.x - from.x} ${half} ${to.x - from.x} ${to.y - from.y}`;
}
