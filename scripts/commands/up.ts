import { bringUp } from '../embedded/up.js';
import { formatSeconds } from '../format.js';
import type { Answer } from '../io.js';

/** `tempered up`: starts what is not running of the embedded platform. */
export async function up(): Promise<Answer> {
  const { server, workers, connection, ownPipelines, seconds } = await bringUp();
  const { address, namespace, uiUrl } = connection;
  const unchanged = server !== 'started' && Object.values(workers).every((change) => change === 'kept');
  const lines = [
    unchanged ? 'up     everything runs already' : `up     in ${formatSeconds(seconds)}`,
    `server ${address} (${server})`,
    `worker ${Object.entries(workers)
      .map(([name, change]) => `${name} ${change}`)
      .join(', ')}`,
    ...(uiUrl === null ? [] : [`open   ${uiUrl}`]),
    ...(ownPipelines.length === 0 ? [] : [`own    ${ownPipelines.join(', ')}`]),
    `next   npx start-workflow ${ownPipelines[0] ?? 'salary'} --watch   or stop: npx tempered down`,
  ];
  return { document: { server, workers, ownPipelines, address, namespace, uiUrl, seconds }, text: lines.join('\n') };
}
