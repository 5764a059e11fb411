import { Module } from '@nestjs/common';
import { LinkPagesController } from './link-pages.controller.js';

@Module({ controllers: [LinkPagesController] })
export class PagesModule {}
