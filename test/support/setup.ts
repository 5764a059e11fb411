import 'reflect-metadata';
import { Logger } from '@nestjs/common';

// An app under test brings its own logger; what is tested alone stays silent.
Logger.overrideLogger(false);
