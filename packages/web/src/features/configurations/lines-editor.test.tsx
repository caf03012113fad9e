import { parseProperties } from '@emberlab/contract';
import { fireEvent, render, screen } from '@testing-library/react';
import { useState } from 'react';
import { describe, expect, it } from 'vitest';
import { UiProvider } from '../../app/ui-provider.tsx';
import { LinesEditor } from './lines-editor.tsx';

function Editor({ start = '' }: { start?: string }) {
  const [text, setText] = useState(start);
  return (
    <UiProvider env="test">
      <LinesEditor
        label="Properties"
        description="one a line"
        placeholder="a=1"
        value={text}
        onChange={setText}
        problems={parseProperties(text).problems}
        problem={undefined}
      />
    </UiProvider>
  );
}

const type = (text: string) => fireEvent.change(screen.getByLabelText('Properties'), { target: { value: text } });

describe('LinesEditor', () => {
  it('says what is wrong with each line as it is typed', () => {
    render(<Editor />);
    const box = screen.getByLabelText('Properties');
    expect(box.getAttribute('aria-invalid')).toBe('false');
    type('# fine\nspark.master=yarn\nhello\nspark.a=1\nspark.a=2');
    expect(box.getAttribute('aria-invalid')).toBe('true');
    const problems = document.querySelector('output')?.textContent ?? '';
    expect(problems).toContain("Line 2: spark.master can't be set here");
    expect(problems).toContain('Line 3: Please write name=value');
    expect(problems).toContain('Line 5: spark.a is set on line 4 already');
    type('spark.a=1');
    expect(box.getAttribute('aria-invalid')).toBe('false');
    expect(document.querySelector('output')?.textContent).toBe('');
  });

  it('marks the numbers of wrong lines and leads to them', () => {
    render(<Editor start={'spark.a=1\nwrong\n'} />);
    const marked = [...document.querySelectorAll<HTMLElement>('[data-wrong="true"]')].map((each) => each.textContent);
    expect(marked).toEqual(['2']);
    fireEvent.click(screen.getByRole('button', { name: 'Line 2' }));
    const box = screen.getByLabelText<HTMLTextAreaElement>('Properties');
    expect(box.value.slice(box.selectionStart, box.selectionEnd)).toBe('wrong');
  });
});
