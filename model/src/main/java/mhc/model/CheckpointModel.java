package mhc.model;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import mhc.eval.Answer;
import mhc.eval.Request;

/** A checkpoint that answers: requests become tokens, distinct requests run once, answers go out as they come. */
final class CheckpointModel implements LanguageModel {
    private final TorchProgram program;
    private final Tokenizer tokenizer;
    private final Budget budget;
    private final ModelInfo info;

    CheckpointModel(
            Checkpoint checkpoint,
            TorchProgram program,
            Tokenizer tokenizer,
            InferenceOptions options,
            KernelPath kernels) {
        this.program = program;
        this.tokenizer = tokenizer;
        this.budget = Budget.of(options);
        ModelConfig config = checkpoint.config();
        this.info = new ModelInfo(
                config.architecture(),
                config.residual().name(),
                checkpoint.parameters(),
                options.dtype(),
                Torch.fullName(options.device()),
                kernels.toString(),
                config.maxLength(),
                config.vocabulary());
    }

    @Override
    public void answer(List<Request> requests, Sink sink) {
        Map<Request, List<Integer>> distinct = new LinkedHashMap<>();
        for (int i = 0; i < requests.size(); i++) {
            distinct.computeIfAbsent(requests.get(i), key -> new ArrayList<>()).add(i);
        }
        Map<ChoiceJob, List<Integer>> choices = new IdentityHashMap<>();
        Map<GenerateJob, List<Integer>> generations = new IdentityHashMap<>();
        List<ChoiceJob> choiceJobs = new ArrayList<>();
        List<GenerateJob> generateJobs = new ArrayList<>();
        distinct.forEach((request, indices) -> {
            try {
                if (request instanceof Request.Choice choice) {
                    ChoiceJob job = job(choice);
                    choiceJobs.add(job);
                    choices.put(job, indices);
                } else if (request instanceof Request.Generate generate) {
                    GenerateJob job = job(generate);
                    generateJobs.add(job);
                    generations.put(job, indices);
                }
            } catch (UnanswerableException e) {
                indices.forEach(index -> sink.accept(index, new Answer.Failed(e.getMessage())));
            }
        });
        new ChoiceScorer(program, budget).run(choiceJobs, (job, reused) -> {
            List<Integer> indices = choices.get(job);
            sink.accept(indices.get(0), job.answer(reused));
            Answer again = indices.size() > 1 ? job.answer(job.promptTokens()) : null;
            indices.stream().skip(1).forEach(index -> sink.accept(index, again));
        });
        GreedyDecoder.Done done = (job, reused) -> {
            List<Integer> indices = generations.get(job);
            sink.accept(indices.get(0), job.answer(reused));
            Answer again = indices.size() > 1 ? job.answer(job.prompt().length) : null;
            indices.stream().skip(1).forEach(index -> sink.accept(index, again));
        };
        try (GreedyDecoder decoder = new GreedyDecoder(program, budget, done)) {
            decoder.run(generateJobs);
        }
    }

    private ChoiceJob job(Request.Choice request) throws UnanswerableException {
        List<Tokenizer.Pair> pairs = new ArrayList<>();
        for (String continuation : request.continuations()) {
            Tokenizer.Pair pair = tokenizer.encodePair(request.context(), continuation);
            requireKnown(pair.context());
            requireKnown(pair.continuation());
            pairs.add(pair);
        }
        return ChoiceJob.of(request, pairs, info.maxLength());
    }

    private GenerateJob job(Request.Generate request) throws UnanswerableException {
        GenerateJob job = GenerateJob.of(request, tokenizer, info.maxLength());
        requireKnown(job.prompt());
        return job;
    }

    private void requireKnown(long[] ids) throws UnanswerableException {
        for (long id : ids) {
            if (id >= info.vocabulary()) {
                throw new UnanswerableException("The tokenizer gives token " + id
                        + ", outside the model's vocabulary of " + info.vocabulary() + ".");
            }
        }
    }

    @Override
    public ModelInfo info() {
        return info;
    }

    @Override
    public void close() {
        program.close();
        tokenizer.close();
    }
}
