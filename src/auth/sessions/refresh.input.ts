import { ApiProperty } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';
import { IsPlainText, PLAIN_TEXT } from '../../common/input/plain-text.js';

export class RefreshInput {
  @ApiProperty({
    pattern: PLAIN_TEXT,
    maxLength: 4096,
    description: 'The `refresh_token` of the last answer. It can be used once.',
  })
  @IsString()
  @IsPlainText()
  @MaxLength(4096)
  readonly refresh_token: string;
}
