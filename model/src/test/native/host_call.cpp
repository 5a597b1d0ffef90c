// In place of torch_call.cpp: tensors of the CPU go to the CUDA kernels on the host runtime.
#include <stdexcept>

#include "../../main/native/cuda/cuda.h"
#include "../../main/native/torch/torch_call.h"

namespace mhc::torch {

void find_device(const Tensor& tensor, std::optional<Device>& device) { device = tensor.device(); }

void find_device(const std::optional<Tensor>& tensor, std::optional<Device>& device) {
    if (tensor) find_device(*tensor, device);
}

CallOn::CallOn(std::optional<Device> device) : device_(device ? *device : Device{}) {
    cuda::enter({0, nullptr, this, allocate});
}

CallOn::~CallOn() { cuda::leave(0); }

void* CallOn::allocate(void*, int64_t) { throw std::logic_error("the host runtime allocates by itself"); }

const Operations& operations_of(const Tensor&, Shape shape) { return cuda::operations(shape); }

decltype(&gain) gain_of(const Tensor&) { return cuda::gain; }

}  // namespace mhc::torch
