/** The data of each server-sent event of an answer, until it ends or whoever reads has enough. */
export async function* eventsOf<T>(answer: Response): AsyncGenerator<T> {
  if (!answer.ok || answer.body === null) throw new Error(`${answer.url}: ${answer.status} ${await answer.text()}`);
  let rest = '';
  for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.startsWith('data: ')) yield JSON.parse(line.slice(6)) as T;
  }
}
