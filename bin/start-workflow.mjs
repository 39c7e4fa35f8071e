#!/usr/bin/env node
import { launch } from './launch.mjs';

await launch('scripts/start-workflow.js', 'runStartWorkflow');
