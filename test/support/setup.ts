import 'reflect-metadata';
import { Logger } from '@nestjs/common';

// An app under test has its own logger. Units under test log nothing.
Logger.overrideLogger(false);
