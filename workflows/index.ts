export { predict } from './predict.js';
export { salary } from './salary.js';
