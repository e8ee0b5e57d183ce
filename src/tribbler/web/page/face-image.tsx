import type { VNode } from 'preact';
import { faceColours, faceOf } from '../model/face.ts';
import type { Face } from '../model/face.ts';

const ink = '#241a14';

/** The creature of a name. The name itself always stands beside it. */
export function FaceImage({
  name,
  size = 'medium',
}: {
  name: string;
  size?: 'small' | 'medium' | 'large';
}): VNode {
  const face = faceOf(name);
  const [backdrop, fur, shade] = faceColours[face.colour] ?? ['#eee', '#888', '#555'];
  return (
    <svg class={`face face-${size}`} viewBox="0 0 100 100" aria-hidden="true" focusable="false">
      <rect width="100" height="100" fill={backdrop} />
      <path d={face.crest} fill="none" stroke={shade} stroke-width="4" stroke-linecap="round" />
      <path d={face.fur} fill={fur} />
      <ellipse cx="50" cy="80" rx="24" ry="9" fill={shade} opacity="0.22" />
      <FaceFeatures face={face} />
    </svg>
  );
}

function FaceFeatures({ face }: { face: Face }): VNode {
  return (
    <>
      {face.hasCheeks && (
        <g fill="#fff" opacity="0.28">
          <circle cx="27" cy="64" r="6" />
          <circle cx="73" cy="64" r="6" />
        </g>
      )}
      {face.eyes.map(({ x, y, radius, pupilX, pupilY }) => (
        <g key={x}>
          <circle cx={x} cy={y} r={radius} fill="#fff" />
          <circle cx={pupilX} cy={pupilY} r={radius * 0.55} fill={ink} />
          <circle
            cx={pupilX - radius * 0.2}
            cy={pupilY - radius * 0.2}
            r={radius * 0.17}
            fill="#fff"
          />
        </g>
      ))}
      <path
        d={face.mouth}
        fill={face.mouth.endsWith('Z') ? ink : 'none'}
        stroke={ink}
        stroke-width="3"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </>
  );
}
