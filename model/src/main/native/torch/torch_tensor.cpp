#include "torch_tensor.h"

#include <dlfcn.h>

#include <atomic>
#include <stdexcept>
#include <utility>

#include "../cpu/team.h"

namespace mhc::torch {
namespace {

template <class F>
void find(F& function, const char* name) {
    function = reinterpret_cast<F>(find_symbol((std::string("aoti_torch_") + name).c_str()));
}

void require(int32_t error, const char* what) {
    if (error != 0) throw std::runtime_error(std::string("mhc kernels: libtorch cannot ") + what);
}

}  // namespace

bool Shim::complete() const {
    return library_init_def && library_init_impl && library_def && library_impl && get_data_ptr && get_dim &&
           get_sizes && get_strides && get_dtype && get_device_type && get_device_index && empty_strided && copy_ &&
           delete_tensor_object && grad_mode_is_enabled;
}

const Shim& shim() {
    static const Shim found = [] {
        Shim s;
        find(s.library_init_def, "library_init_def");
        find(s.library_init_impl, "library_init_impl");
        find(s.library_def, "library_def");
        find(s.library_impl, "library_impl");
        find(s.get_data_ptr, "get_data_ptr");
        find(s.get_dim, "get_dim");
        find(s.get_sizes, "get_sizes");
        find(s.get_strides, "get_strides");
        find(s.get_dtype, "get_dtype");
        find(s.get_device_type, "get_device_type");
        find(s.get_device_index, "get_device_index");
        find(s.empty_strided, "empty_strided");
        find(s.copy_, "copy_");
        find(s.delete_tensor_object, "delete_tensor_object");
        find(s.grad_mode_is_enabled, "grad_mode_is_enabled");
        find(s.call_dispatcher, "call_dispatcher");
        return s;
    }();
    return found;
}

bool current_cuda_stream(int32_t device, void** stream) {
    using Getter = int32_t (*)(int32_t device_index, void** stream);
    // Not in libtorch_cpu, and with a private handle like it; that library may come after this one.
    static std::atomic<Getter> found = nullptr;
    Getter getter = found;
    if (getter == nullptr) {
        void* torch = dlopen("libtorch_cuda.so", RTLD_NOLOAD | RTLD_LAZY);
        const char* name = "aoti_torch_get_current_cuda_stream";
        found = getter = reinterpret_cast<Getter>(torch ? dlsym(torch, name) : dlsym(RTLD_DEFAULT, name));
    }
    return getter != nullptr && getter(device, stream) == 0;
}

Tensor& Tensor::operator=(Tensor&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
}

Tensor::~Tensor() {
    if (handle_) shim().delete_tensor_object(handle_);
}

Tensor Tensor::empty(const std::vector<int64_t>& sizes, Type type, Device device) {
    std::vector<int64_t> strides(sizes.size());
    int64_t step = 1;
    for (size_t i = sizes.size(); i-- > 0;) {
        strides[i] = step;
        step *= sizes[i] > 1 ? sizes[i] : 1;
    }
    return empty_strided(sizes, strides, type, device);
}

Tensor Tensor::empty_strided(const std::vector<int64_t>& sizes, const std::vector<int64_t>& strides, Type type,
                             Device device) {
    Tensor made;
    require(shim().empty_strided(int64_t(sizes.size()), sizes.data(), strides.data(), type, device.type, device.index,
                                 &made.handle_),
            "allocate a tensor");
    return made;
}

void* Tensor::release() {
    void* handle = handle_;
    handle_ = nullptr;
    return handle;
}

void* Tensor::data() const {
    void* data = nullptr;
    require(shim().get_data_ptr(handle_, &data), "show a tensor's data");
    return data;
}

Type Tensor::type() const {
    int32_t type = 0;
    require(shim().get_dtype(handle_, &type), "name a tensor's type");
    return Type(type);
}

Device Tensor::device() const {
    Device device{};
    require(shim().get_device_type(handle_, &device.type), "name a tensor's device");
    require(shim().get_device_index(handle_, &device.index), "name a tensor's device");
    return device;
}

std::vector<int64_t> Tensor::sizes() const {
    int64_t dimensions = 0, *sizes = nullptr;
    require(shim().get_dim(handle_, &dimensions), "name a tensor's shape");
    require(shim().get_sizes(handle_, &sizes), "name a tensor's shape");
    return std::vector<int64_t>(sizes, sizes + dimensions);
}

std::vector<int64_t> Tensor::strides() const {
    int64_t dimensions = 0, *strides = nullptr;
    require(shim().get_dim(handle_, &dimensions), "name a tensor's shape");
    require(shim().get_strides(handle_, &strides), "name a tensor's strides");
    return std::vector<int64_t>(strides, strides + dimensions);
}

Tensor Tensor::contiguous() && {
    const std::vector<int64_t> shape = sizes(), steps = strides();
    int64_t step = 1;
    bool contiguous = true;
    for (size_t i = shape.size(); i-- > 0;) {
        if (shape[i] == 0) return std::move(*this);
        contiguous = contiguous && (shape[i] == 1 || steps[i] == step);
        step *= shape[i];
    }
    if (contiguous) return std::move(*this);
    Tensor copy = empty(shape, type(), *this);
    require(shim().copy_(copy.handle_, handle_, 0), "copy a tensor");
    return copy;
}

}  // namespace mhc::torch
