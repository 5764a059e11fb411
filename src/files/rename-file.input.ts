import { ApiProperty } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';

export class RenameFileInput {
  @ApiProperty({ maxLength: 255, description: 'At most 255 bytes of UTF-8.', example: 'minutes.pdf' })
  @IsString()
  @MaxLength(1024)
  readonly name: string;
}
