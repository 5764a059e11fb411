import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Public } from '../common/access/public.js';
import { errors } from '../common/refusals/errors.js';
import { AppConfig } from '../config/app-config.js';
import { downloadSources } from '../files/downloads/download-sources.js';
import { ConsoleAssets } from './console-assets.js';
import { consolePolicy } from './console-policy.js';
import { sendAsset } from './send-asset.js';

/** Addresses of the console. They are all the same page, which shows what belongs there. */
const ADDRESSES = ['', 'sign-in', 'register', 'forgot', 'trash', 'links', 'activity', 'security', 'admin'];

/** The console: the page for people. The API document is for programs and does not have it. */
@ApiExcludeController()
@Public()
@Controller()
export class ConsoleController {
  readonly #policy: string;

  constructor(
    private readonly assets: ConsoleAssets,
    config: AppConfig,
  ) {
    this.#policy = consolePolicy(downloadSources(config));
  }

  @Get(ADDRESSES)
  page(@Req() request: Request, @Res() response: Response): void {
    const page = this.assets.page();
    if (page === null) throw errors.routeNotFound();
    response.setHeader('Content-Security-Policy', this.#policy);
    response.setHeader('Referrer-Policy', 'no-referrer');
    sendAsset(request, response, page, 'no-cache');
  }

  /** A name has the hash of the content, so a copy is good for ever. */
  @Get('assets/:name')
  asset(@Param('name') name: string, @Req() request: Request, @Res() response: Response): void {
    const asset = this.assets.find(name);
    if (asset === null) throw errors.routeNotFound();
    sendAsset(request, response, asset, 'public, max-age=31536000, immutable');
  }
}
