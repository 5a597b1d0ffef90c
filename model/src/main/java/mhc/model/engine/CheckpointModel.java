package mhc.model.engine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import mhc.eval.Answer;
import mhc.eval.Request;
import mhc.model.InferenceOptions;
import mhc.model.LanguageModel;
import mhc.model.ModelInfo;
import mhc.model.Work;
import mhc.model.checkpoint.Checkpoint;
import mhc.model.checkpoint.GenerationConfig;
import mhc.model.checkpoint.Tokenizer;
import mhc.model.decoder.KernelPath;
import mhc.model.decoder.ModelConfig;
import mhc.model.inference.Budget;
import mhc.model.inference.ChoiceJob;
import mhc.model.inference.GenerateJob;
import mhc.model.inference.GreedyDecoder;
import mhc.model.inference.SequenceScorer;
import mhc.model.inference.UnanswerableException;
import mhc.model.inference.WorkMeter;

/** A checkpoint that answers: requests become tokens, distinct requests run once, answers go out as they come. */
final class CheckpointModel implements LanguageModel {
    private final TorchProgram program;
    private final Tokenizer tokenizer;
    private final Budget budget;
    private final int exampleSeconds;
    private final GenerationConfig generation;
    private final ModelInfo info;

    CheckpointModel(
            Checkpoint checkpoint,
            TorchProgram program,
            Tokenizer tokenizer,
            InferenceOptions options,
            KernelPath kernels) {
        this.program = program;
        this.tokenizer = tokenizer;
        this.budget = Budget.of(options, checkpoint, program.rowsApart());
        this.exampleSeconds = options.exampleSeconds();
        GenerationConfig said = GenerationConfig.of(checkpoint);
        this.generation = options.generationConfig() ? said : said.withoutPenaltyAndLimit();
        ModelConfig config = checkpoint.config();
        this.info = new ModelInfo(
                config.architecture(),
                config.residual().name(),
                checkpoint.parameters(),
                options.dtype(),
                options.devices().stream().map(Torch::fullName).collect(Collectors.joining("+")),
                kernels.toString(),
                config.maxLength(),
                config.vocabulary());
    }

    @Override
    public Work answer(List<Request> requests, int offset, Sink sink) {
        WorkMeter meter = new WorkMeter(sink::worked);
        Map<Request, List<Integer>> distinct = new LinkedHashMap<>();
        for (int i = 0; i < requests.size(); i++) {
            distinct.computeIfAbsent(requests.get(i), key -> new ArrayList<>()).add(i);
        }
        List<SequenceScorer.Sequence> sequences = new ArrayList<>();
        List<GenerateJob> generations = new ArrayList<>();
        long start = System.nanoTime();
        distinct.forEach((request, indices) -> {
            try {
                if (request instanceof Request.Choice choice) {
                    sequences.addAll(job(choice, offset)
                            .sequences((job, reused) ->
                                    deliver(indices, job::answer, job.promptTokens(), reused, sink, meter)));
                } else if (request instanceof Request.Generate generate) {
                    generations.add(job(generate, offset)
                            .whenDone((job, reused) ->
                                    deliver(indices, job::answer, job.prompt().length, reused, sink, meter)));
                }
            } catch (UnanswerableException e) {
                indices.forEach(
                        index -> sink.accept(index, new Answer.Failed(Answer.Cause.UNANSWERABLE, e.getMessage())));
            }
        });
        meter.tokenised(System.nanoTime() - start);
        module().share(() -> {
            SequenceScorer.run(program, budget, meter, sequences);
            GreedyDecoder.run(program, budget, meter, generations, exampleSeconds);
        });
        return meter.work();
    }

    /** Answers one request, and those equal to it: for them nothing was computed. */
    private static void deliver(
            List<Integer> indices,
            IntFunction<Answer> answer,
            int promptTokens,
            int reusedTokens,
            Sink sink,
            WorkMeter meter) {
        for (int i = 0; i < indices.size(); i++) {
            int reused = i == 0 ? reusedTokens : promptTokens;
            meter.answered(promptTokens, reused);
            sink.accept(indices.get(i), answer.apply(reused));
        }
    }

    private ChoiceJob job(Request.Choice request, int offset) throws UnanswerableException {
        List<Tokenizer.Pair> pairs = new ArrayList<>();
        for (Tokenizer.Pair pair : tokenizer.encodePairs(request.context(), request.continuations())) {
            requireKnown(pair.context());
            requireKnown(pair.continuation());
            pairs.add(new Tokenizer.Pair(tokenizer.shifted(pair.context(), offset), pair.continuation()));
        }
        return ChoiceJob.of(request, pairs, info.maxLength());
    }

    private GenerateJob job(Request.Generate request, int offset) throws UnanswerableException {
        GenerateJob job = GenerateJob.of(request, tokenizer, info.maxLength(), generation, offset);
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

    TorchProgram program() {
        return program;
    }

    Tokenizer tokenizer() {
        return tokenizer;
    }

    /** What runs. */
    TorchModule module() {
        return program.module();
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
