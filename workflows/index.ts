export { airQuality as 'air-quality' } from './air-quality.js';
export { forest } from './forest.js';
export { predict } from './predict.js';
export { salary } from './salary.js';
