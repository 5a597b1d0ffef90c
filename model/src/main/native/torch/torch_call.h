// Where a call's tensors are, and what its operations need there.
#pragma once
#include <optional>

#include "../kernels.h"
#include "torch_tensor.h"

namespace mhc::torch {

// The device of the arguments so far, if there was a tensor among them; throws if one lies elsewhere.
void find_device(const Tensor& tensor, std::optional<Device>& device);
void find_device(const std::optional<Tensor>& tensor, std::optional<Device>& device);
inline void find_device(int64_t, std::optional<Device>&) {}
inline void find_device(double, std::optional<Device>&) {}
inline void find_device(bool, std::optional<Device>&) {}

// While it lives, this thread's operations run on the device: nothing to do for the CPU; on a GPU in libtorch's current
// stream, with device memory of libtorch's allocator. A block that is freed there waits for the stream, so none is
// freed too early.
class CallOn {
public:
    explicit CallOn(std::optional<Device> device);
    ~CallOn();
    CallOn(const CallOn&) = delete;
    CallOn& operator=(const CallOn&) = delete;

private:
    static void* allocate(void* self, int64_t bytes);

    Device device_;
    bool entered_ = false;
    int32_t device_before_ = 0;
    std::vector<Tensor> memory_;
};

// The operations for tensors of that shape on the device of one of them.
const Operations& operations_of(const Tensor& tensor, Shape shape);
// mhc::gain on the device of a tensor.
decltype(&gain) gain_of(const Tensor& tensor);

}  // namespace mhc::torch
