// Compiled once per instruction set.
#pragma once
#include <cstdint>

namespace mhc::MHC_ISA {

// Memory of a thread, which keeps it: its pages are there already the next time. Not a std::vector, of whose functions
// the linker would take one instruction set's for all.
class Scratch {
public:
    Scratch() = default;
    Scratch(const Scratch&) = delete;
    ~Scratch() { delete[] numbers_; }

    // As many numbers at least; what was there may be lost.
    float* of(int64_t count) {
        if (count > count_) {
            delete[] numbers_;
            numbers_ = nullptr, count_ = 0;
            numbers_ = new float[count + count / 2];
            count_ = count + count / 2;
        }
        return numbers_;
    }

private:
    float* numbers_ = nullptr;
    int64_t count_ = 0;
};

}  // namespace mhc::MHC_ISA
