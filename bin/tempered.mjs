#!/usr/bin/env node
import { launch } from './launch.mjs';

await launch('scripts/tempered.js', 'runTempered');
