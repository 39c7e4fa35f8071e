import type { StageCost } from '../contracts/cost.js';

/** An amount for people: cents and their parts are shown while they matter. */
export function usdText(usd: number | null): string {
  if (usd === null) return 'price unknown';
  return usd >= 1 ? `${usd.toFixed(2)} USD` : `${usd.toFixed(4)} USD`;
}

/** `0.42 vCPU-hours, 1.7 GiB-hours, 0.05 USD (retries 0.01 USD)` */
export function costText({ usage, usd, retriesUsd, unpricedBecause }: StageCost): string {
  const instances = Object.entries(usage.instanceHours).map(([type, hours]) => `${hoursText(hours)} h of ${type}`);
  const parts = usage.vcpuHours > 0 ? [`${hoursText(usage.vcpuHours)} vCPU-hours`] : [];
  if (usage.memoryGibHours > 0) parts.push(`${hoursText(usage.memoryGibHours)} GiB-hours`);
  const aside = unpricedBecause ?? (retriesUsd ? `retries ${usdText(retriesUsd)}` : null);
  const money = usd === 0 ? [] : [usdText(usd) + (aside === null ? '' : ` (${aside})`)];
  return [...instances, ...parts, ...money].join(', ');
}

function hoursText(hours: number): string {
  return hours >= 10 ? hours.toFixed(1) : hours >= 0.1 ? hours.toFixed(2) : hours.toPrecision(2);
}
