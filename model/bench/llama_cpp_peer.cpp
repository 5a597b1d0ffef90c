// Answers token ids by llama.cpp's C interface for vs_llama_cpp.py, which compiles it.
//
//     llama_cpp_peer MODEL THREADS TYPE(f32|bf16, of keys and values) UBATCH FLASH(0|1)
//
// reads commands, one a line, and answers each with a line; seconds are those of the clock, then of the processor:
//
//     info                                     version and instruction sets
//     generate STEPS TOKEN...                  prefill seconds x 2, decode seconds x 2, then 1 + STEPS greedy tokens
//     score N TARGET... TOKEN...               seconds x 2, then the log-likelihood of each of N next tokens
//
// `generate` begins with an empty cache. `score` keeps the keys and values of the longest prefix that its tokens share with
// the `score` before, and decodes what differs.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "ggml-backend.h"
#include "llama.h"

namespace {

struct Clock {
    std::chrono::steady_clock::time_point wall = std::chrono::steady_clock::now();
    std::clock_t processor = std::clock();

    void print() const {
        std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - wall;
        std::printf("%.6f %.6f ", seconds.count(), double(std::clock() - processor) / CLOCKS_PER_SEC);
    }
};

[[noreturn]] void fail(const std::string & what) {
    std::fprintf(stderr, "llama_cpp_peer: %s\n", what.c_str());
    std::exit(1);
}

struct Peer {
    llama_model * model;
    llama_context * context;
    int vocabulary;
    std::vector<llama_token> cached;

    Peer(const char * path, int threads, ggml_type type, int ubatch, bool flash) {
        ggml_backend_load_all();
        model = llama_model_load_from_file(path, llama_model_default_params());
        if (!model) fail(std::string("no model in ") + path);
        llama_context_params params = llama_context_default_params();
        params.n_ctx = 4096;
        params.n_batch = 4096;
        params.n_ubatch = ubatch;
        params.n_threads = params.n_threads_batch = threads;
        params.type_k = params.type_v = type;
        params.flash_attn_type = flash ? LLAMA_FLASH_ATTN_TYPE_ENABLED : LLAMA_FLASH_ATTN_TYPE_DISABLED;
        context = llama_init_from_model(model, params);
        if (!context) fail("no context of these settings");
        vocabulary = llama_vocab_n_tokens(llama_model_get_vocab(model));
    }

    /** Logits behind the tokens, of which the first `kept` are in the cache already. */
    const float * logits(std::vector<llama_token> & tokens, size_t kept) {
        llama_memory_seq_rm(llama_get_memory(context), 0, llama_pos(kept), -1);
        if (kept < tokens.size()) feed(tokens.data() + kept, int(tokens.size() - kept));
        cached = tokens;
        return llama_get_logits_ith(context, -1);
    }

    void feed(llama_token * tokens, int count) {
        if (llama_decode(context, llama_batch_get_one(tokens, count))) fail("llama_decode failed");
    }

    llama_token likeliest(const float * logits) const { return llama_token(std::max_element(logits, logits + vocabulary) - logits); }

    void generate(int steps, std::vector<llama_token> prompt) {
        std::vector<llama_token> tokens;
        Clock prefill;
        tokens.push_back(likeliest(logits(prompt, 0)));
        prefill.print();
        Clock decode;
        for (int i = 0; i < steps; i++) {
            llama_token last = tokens.back();
            feed(&last, 1);
            tokens.push_back(likeliest(llama_get_logits_ith(context, -1)));
        }
        decode.print();
        cached.clear();
        for (llama_token token : tokens) std::printf("%d ", token);
    }

    void score(const std::vector<llama_token> & targets, std::vector<llama_token> tokens) {
        Clock clock;
        size_t shared = std::mismatch(cached.begin(), cached.end(), tokens.begin(), tokens.end()).first - cached.begin();
        bool same = shared == tokens.size() && shared == cached.size();     // the last logits are still there
        const float * row = logits(tokens, same ? shared : std::min(shared, tokens.size() - 1));
        double largest = *std::max_element(row, row + vocabulary), sum = 0;
        for (int i = 0; i < vocabulary; i++) sum += std::exp(row[i] - largest);
        std::vector<double> found;
        for (llama_token target : targets) found.push_back(row[target] - largest - std::log(sum));
        clock.print();
        for (double value : found) std::printf("%.8f ", value);
    }
};

}    // namespace

int main(int count, char ** arguments) {
    if (count != 6) fail("wants MODEL THREADS TYPE UBATCH FLASH");
    llama_log_set([](ggml_log_level level, const char * text, void *) { if (level == GGML_LOG_LEVEL_ERROR) std::fputs(text, stderr); }, nullptr);
    ggml_type type = arguments[3] == std::string("bf16") ? GGML_TYPE_BF16 : GGML_TYPE_F32;
    Peer peer(arguments[1], std::atoi(arguments[2]), type, std::atoi(arguments[4]), std::atoi(arguments[5]) != 0);
    for (std::string line; std::getline(std::cin, line);) {
        std::istringstream words(line);
        std::string command;
        words >> command;
        int number = 0;
        words >> number;
        std::vector<llama_token> tokens;
        for (llama_token token; words >> token;) tokens.push_back(token);
        if (command == "info") {
            std::printf("%s | %s", llama_version(), llama_print_system_info());
        } else if (command == "generate") {
            peer.generate(number, tokens);
        } else if (command == "score") {
            peer.score({tokens.begin(), tokens.begin() + number}, {tokens.begin() + number, tokens.end()});
        } else {
            fail("unknown command " + command);
        }
        std::printf("\n");
        std::fflush(stdout);
    }
    llama_free(peer.context);
    llama_model_free(peer.model);
}
