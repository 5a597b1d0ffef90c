package mhc.model.engine;

import java.util.List;
import java.util.Set;

/** A part of a decoder's work, by the engine's operations that do it. */
public enum DecoderPart {
    /** Of the layers with their matrices. */
    PRODUCTS(
            "products",
            "mhc_decoder::panel_product",
            "mkldnn::_linear_pointwise",
            "aten::linear",
            "aten::matmul",
            "aten::bmm",
            "aten::mm"),
    /** The merge of its parts included. */
    ATTENTION(
            "attention",
            "mhc_decoder::attended",
            "mhc_decoder::merge_",
            "aten::_scaled_dot_product_flash_attention_for_cpu",
            "aten::_scaled_dot_product_efficient_attention",
            "aten::logsumexp",
            "aten::logaddexp",
            "aten::sigmoid",
            "aten::lerp_",
            "aten::tanh",
            "aten::masked_fill_"),
    /** Numbers one by one: norms, rotary embedding, gates, the sums of a plain residual. */
    ELEMENTWISE(
            "norms, rope, gates",
            "mhc_decoder::rms_normed",
            "mhc_decoder::add_normed_",
            "mhc_decoder::silu_times_",
            "mhc_decoder::turned_",
            "aten::mul",
            "aten::add",
            "aten::sub",
            "aten::mean",
            "aten::rsqrt",
            "aten::neg",
            "aten::cos",
            "aten::sin",
            "aten::gelu",
            "aten::silu"),
    /** Of the kernels; those of the reference are products and numbers one by one. */
    STREAMS("hyper-connections"),
    /** The output projection with its norm, and what is read from the logits. */
    HEAD("head", "aten::log_softmax", "aten::argmax", "aten::amax", "aten::eq"),
    /** What moves numbers and computes none. */
    COPIES(
            "gathers and copies",
            "mhc_decoder::write_tokens_",
            "aten::cat",
            "aten::clone",
            "aten::contiguous",
            "aten::copy_",
            "aten::embedding",
            "aten::fill_",
            "aten::flatten",
            "aten::gather",
            "aten::index_select",
            "aten::repeat",
            "aten::reshape",
            "aten::scatter",
            "aten::scatter_",
            "aten::to",
            "aten::zeros"),
    /** Views, lists, and the engine's way from one operation to the next. */
    BETWEEN("between operations");

    private static final String KERNELS = "mhc::hc_";
    private static final Set<String> HEAD_FUNCTIONS = Set.of("logits", "penalised", "most_likely");

    private final String label;
    private final Set<String> operations;

    DecoderPart(String label, String... operations) {
        this.label = label;
        this.operations = Set.of(operations);
    }

    /**
     * The part of an operation.
     *
     * @param operation with its library's name, such as {@code aten::mul}
     * @param functions of the program in which it is called
     */
    static DecoderPart of(String operation, List<String> functions) {
        if (functions.stream().anyMatch(HEAD_FUNCTIONS::contains)) {
            return HEAD;
        }
        if (operation.startsWith(KERNELS)) {
            return STREAMS;
        }
        for (DecoderPart part : values()) {
            if (part.operations.contains(operation)) {
                return part;
            }
        }
        return BETWEEN;
    }

    @Override
    public String toString() {
        return label;
    }
}
